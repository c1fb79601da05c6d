// What Microsoft's own configuration reader reads of a file: for each name on standard input one line of JSON on
// standard output. `.ci/dotnet-reader` compiles it; tests/it/dotnet_laws.rs asks it.
//
// A file is opened twice. The run-time view is what an application sees, and refuses what .NET refuses. The view for
// editors (OpenMappedExeConfiguration) swallows faults of the schema, but also resolves what an application sees late.
// A file is readable if both say so.

using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Configuration;
using System.Configuration.Internal;
using System.IO;
using System.Reflection;
using System.Text;
using System.Xml;

static class Reader
{
    const string Ignore = "System.Configuration.IgnoreSection";
    const string Own = "System.Configuration.ConfigurationManager";

    // The top-level sections and groups that machine.config of .NET 4 and its web.config declare. What they hold is not
    // asked for.
    static readonly string[] OfTheMachine =
    {
        "appSettings", "assemblyBinding", "connectionStrings", "microsoft.scripting", "mscorlib",
        "runtime", "satelliteassemblies", "startup", "system.applicationHost", "system.codedom", "system.data",
        "system.data.dataset", "system.data.odbc", "system.data.oledb", "system.data.oracleclient",
        "system.data.sqlclient", "system.diagnostics", "system.identityModel", "system.identityModel.services",
        "system.net", "system.runtime.caching", "system.runtime.remoting", "system.runtime.serialization",
        "system.serviceModel", "system.serviceModel.activation", "system.transactions", "system.web",
        "system.web.extensions", "system.webServer", "system.windows.forms", "system.xaml.hosting", "system.xml.serialization",
        "uri", "windows",
    };

    static string folder;
    static readonly Dictionary<string, string> machines = new Dictionary<string, string>();

    static int Main()
    {
        // .NET Framework knows Windows' code pages without being told.
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        folder = Path.Combine(Path.GetTempPath(), "dotnet-reader-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        try
        {
            var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
            for (string name; (name = input.ReadLine()) != null;)
            {
                output.Write(new Reading(name).Json());
                output.Write('\n');
            }
        }
        finally
        {
            output.Flush();
            Directory.Delete(folder, true);
        }
        return 0;
    }

    sealed class Reading
    {
        readonly string name;
        readonly List<string[]> appSettings = new List<string[]>();
        readonly List<string[]> connectionStrings = new List<string[]>();
        readonly List<string[]> settings = new List<string[]>();
        string error;

        internal Reading(string name)
        {
            this.name = name;
            try
            {
                if (!File.Exists(name)) throw new FileNotFoundException("The file is not there.");
                var declared = new Declarations(name);
                var map = new ExeConfigurationFileMap(MachineFor(declared)) { ExeConfigFilename = name };
                AsAnApplication(map, declared);
                AsAnEditor(map, declared);
            }
            catch (Exception e)
            {
                error = Message(e);
            }
        }

        void AsAnApplication(ExeConfigurationFileMap map, Declarations declared)
        {
            var assembly = typeof(ConfigurationManager).Assembly;
            var systemType = assembly.GetType("System.Configuration.Internal.ConfigSystem", true);
            var hostType = assembly.GetType("System.Configuration.ClientConfigurationHost", true);
            var system = (IConfigSystem)Activator.CreateInstance(systemType, true);
            system.Init(hostType, map, null);
            var record = system.Root.GetConfigRecord("MACHINE/EXE");
            record.ThrowIfInitErrors();

            var plain = record.GetSection("appSettings") as NameValueCollection;
            if (plain != null)
                foreach (string key in plain.AllKeys)
                    appSettings.Add(new[] { key, plain[key] });
            var connections = record.GetSection("connectionStrings") as ConnectionStringsSection;
            if (connections != null)
                foreach (ConnectionStringSettings one in connections.ConnectionStrings)
                    connectionStrings.Add(new[] { one.Name, one.ConnectionString, one.ProviderName });
            foreach (string path in declared.ClientSettings)
                Add(settings, path, record.GetSection(path) as ClientSettingsSection);
        }

        void AsAnEditor(ExeConfigurationFileMap map, Declarations declared)
        {
            var file = ConfigurationManager.OpenMappedExeConfiguration(map, ConfigurationUserLevel.None);
            var plain = new List<string[]>();
            foreach (KeyValueConfigurationElement one in file.AppSettings.Settings)
                plain.Add(new[] { one.Key, one.Value });
            Same("appSettings", appSettings, plain);
            var connections = new List<string[]>();
            foreach (ConnectionStringSettings one in file.ConnectionStrings.ConnectionStrings)
                connections.Add(new[] { one.Name, one.ConnectionString, one.ProviderName });
            Same("connectionStrings", connectionStrings, connections);
            var typed = new List<string[]>();
            foreach (string path in declared.ClientSettings)
                Add(typed, path, file.GetSection(path) as ClientSettingsSection);
            Same("settings", settings, typed);
        }

        static void Add(List<string[]> to, string path, ClientSettingsSection section)
        {
            if (section == null) return;
            foreach (SettingElement one in section.Settings)
                to.Add(new[] { path, one.Name, Text(one.Value == null ? null : one.Value.ValueXml) });
        }

        // What a setting of type string is; other types keep their elements.
        static string Text(XmlNode value)
        {
            if (value == null) return null;
            foreach (XmlNode inner in value.ChildNodes)
                if (inner is XmlElement) return value.InnerXml;
            return value.InnerText;
        }

        static void Same(string what, List<string[]> application, List<string[]> editor)
        {
            var one = Json(application);
            var other = Json(editor);
            if (one != other)
                throw new InvalidOperationException("The two views of " + what + " differ: " + one + " and " + other);
        }

        static string Message(Exception e)
        {
            while (e is TargetInvocationException && e.InnerException != null) e = e.InnerException;
            var text = e.Message;
            for (var inner = e.InnerException; inner != null; inner = inner.InnerException)
                if (!text.Contains(inner.Message))
                    text += " " + inner.Message;
            return e.GetType().Name + ": " + text;
        }

        internal string Json()
        {
            return "{\"file\":" + Quote(name) + ",\"error\":" + Quote(error) + ",\"appSettings\":" + Json(appSettings)
                + ",\"connectionStrings\":" + Json(connectionStrings) + ",\"settings\":" + Json(settings) + "}";
        }

        static string Json(List<string[]> rows)
        {
            var rendered = rows.ConvertAll(row => "[" + string.Join(",", Array.ConvertAll(row, Quote)) + "]");
            return "[" + string.Join(",", rendered.ToArray()) + "]";
        }
    }

    // What a file declares in its configSections.
    sealed class Declarations
    {
        internal readonly HashSet<string> Sections = new HashSet<string>();
        // With their types.
        internal readonly Dictionary<string, string> Groups = new Dictionary<string, string>();
        internal readonly List<string> ClientSettings = new List<string>();
        // Where a group of the machine is declared again, the machine has to declare it as a group too.
        internal readonly HashSet<string> ChildrenOfGroups = new HashSet<string>();

        internal Declarations(string name)
        {
            var document = new XmlDocument { XmlResolver = null };
            document.Load(name);
            foreach (XmlNode node in document.DocumentElement.ChildNodes)
                if (node.LocalName == "configSections")
                    Collect(node, "");
            foreach (XmlNode node in document.SelectNodes("//*"))
                if (Groups.ContainsKey(node.LocalName))
                    foreach (XmlNode child in node.ChildNodes)
                        if (child is XmlElement)
                            ChildrenOfGroups.Add(node.LocalName + "/" + child.LocalName);
        }

        void Collect(XmlNode within, string path)
        {
            foreach (XmlNode node in within.ChildNodes)
            {
                var element = node as XmlElement;
                if (element == null) continue;
                var own = path + element.GetAttribute("name");
                if (element.LocalName == "section")
                {
                    Sections.Add(own);
                    var type = element.GetAttribute("type").Split(',')[0].Trim();
                    if (type == "System.Configuration.ClientSettingsSection") ClientSettings.Add(own);
                }
                else if (element.LocalName == "sectionGroup")
                {
                    Groups[own] = element.GetAttribute("type");
                    Collect(element, own + "/");
                }
            }
        }
    }

    // A machine.config which declares what the file does not declare itself.
    static string MachineFor(Declarations declared)
    {
        var text = new StringBuilder("<configuration><configSections>");
        foreach (string section in OfTheMachine)
        {
            if (declared.Sections.Contains(section)) continue;
            string type;
            if (declared.Groups.TryGetValue(section, out type))
                DeclareGroup(text, section, type, declared);
            else if (section == "appSettings")
                Declare(text, section, "System.Configuration.AppSettingsSection, " + Own);
            else if (section == "connectionStrings")
                Declare(text, section, "System.Configuration.ConnectionStringsSection, " + Own);
            else
                Declare(text, section, Ignore + ", " + Own);
        }
        text.Append("</configSections></configuration>");
        var content = text.ToString();
        string path;
        if (!machines.TryGetValue(content, out path))
        {
            path = Path.Combine(folder, "machine-" + machines.Count + ".config");
            File.WriteAllText(path, content);
            machines[content] = path;
        }
        return path;
    }

    static void DeclareGroup(StringBuilder text, string group, string type, Declarations declared)
    {
        text.Append("<sectionGroup name=" + Attribute(group) + (type == "" ? "" : " type=" + Attribute(type)) + ">");
        foreach (string child in declared.ChildrenOfGroups)
            if (child.StartsWith(group + "/") && !declared.Sections.Contains(child) && !declared.Groups.ContainsKey(child))
                Declare(text, child.Substring(group.Length + 1), Ignore + ", " + Own);
        text.Append("</sectionGroup>");
    }

    static void Declare(StringBuilder text, string section, string type)
    {
        text.Append("<section name=" + Attribute(section) + " type=" + Attribute(type));
        text.Append(" allowDefinition=\"Everywhere\" allowExeDefinition=\"MachineToApplication\" requirePermission=\"false\"/>");
    }

    static string Attribute(string value)
    {
        return "\"" + value.Replace("&", "&amp;").Replace("<", "&lt;").Replace("\"", "&quot;") + "\"";
    }

    static string Quote(string value)
    {
        if (value == null) return "null";
        var quoted = new StringBuilder("\"");
        foreach (char c in value)
            if (c == '"' || c == '\\') quoted.Append('\\').Append(c);
            else if (c < ' ' || c > '~') quoted.Append("\\u").Append(((int)c).ToString("x4"));
            else quoted.Append(c);
        return quoted.Append('"').ToString();
    }
}

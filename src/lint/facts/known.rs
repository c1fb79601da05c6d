//! Sections that need no declaration in the file that uses them.
//!
//! Sources: `machine.config` and the root `web.config` of .NET Framework 2.0 to
//! 4.8, `applicationHost.config` of IIS 7 to 10 with URL Rewrite, ARR and the
//! ASP.NET Core module. Modules may bring more to IIS, so an unknown name below
//! `system.webServer` proves nothing.

/// A section group, by its path, and the sections and groups in it.
pub struct Group {
    /// `""` for `configuration`, `system.web/caching`.
    pub path: &'static str,
    /// Names of the sections and groups in it.
    pub members: &'static [&'static str],
}

/// Every group; the first is `configuration` itself.
pub const GROUPS: &[Group] = &[
    Group {
        path: "",
        members: &[
            "appSettings",
            "assemblyBinding",
            "configProtectedData",
            "connectionStrings",
            "mscorlib",
            "runtime",
            "satelliteassemblies",
            "startup",
            "system.applicationHost",
            "system.codedom",
            "system.data",
            "system.data.dataset",
            "system.data.odbc",
            "system.data.oledb",
            "system.data.oracleclient",
            "system.data.sqlclient",
            "system.diagnostics",
            "system.net",
            "system.runtime.caching",
            "system.runtime.remoting",
            "system.runtime.serialization",
            "system.serviceModel",
            "system.serviceModel.activation",
            "system.transactions",
            "system.web",
            "system.web.extensions",
            "system.webServer",
            "system.windows.forms",
            "system.xml.serialization",
            "uri",
            "webFarms",
            "windows",
        ],
    },
    Group {
        path: "system.net",
        members: &[
            "authenticationModules",
            "connectionManagement",
            "defaultProxy",
            "mailSettings",
            "requestCaching",
            "settings",
            "webRequestModules",
        ],
    },
    Group {
        path: "system.transactions",
        members: &["defaultSettings", "machineSettings"],
    },
    Group {
        path: "system.web",
        members: &[
            "anonymousIdentification",
            "applicationPool",
            "authentication",
            "authorization",
            "browserCaps",
            "caching",
            "clientTarget",
            "compilation",
            "customErrors",
            "deployment",
            "deviceFilters",
            "fullTrustAssemblies",
            "globalization",
            "healthMonitoring",
            "hostingEnvironment",
            "httpCookies",
            "httpHandlers",
            "httpModules",
            "httpRuntime",
            "identity",
            "machineKey",
            "membership",
            "mobileControls",
            "pages",
            "partialTrustVisibleAssemblies",
            "processModel",
            "profile",
            "protocols",
            "roleManager",
            "securityPolicy",
            "sessionPageState",
            "sessionState",
            "siteMap",
            "trace",
            "trust",
            "urlMappings",
            "webControls",
            "webParts",
            "webServices",
            "xhtmlConformance",
        ],
    },
    Group {
        path: "system.webServer",
        members: &[
            "applicationInitialization",
            "asp",
            "aspNetCore",
            "caching",
            "cgi",
            "defaultDocument",
            "directoryBrowse",
            "fastCgi",
            "globalModules",
            "handlers",
            "httpCompression",
            "httpErrors",
            "httpLogging",
            "httpPlatform",
            "httpProtocol",
            "httpRedirect",
            "httpTracing",
            "isapiFilters",
            "management",
            "modules",
            "odbcLogging",
            "proxy",
            "rewrite",
            "security",
            "serverRuntime",
            "serverSideInclude",
            "staticContent",
            "tracing",
            "urlCompression",
            "validation",
            "wdeploy",
            "webdav",
            "webSocket",
        ],
    },
    Group {
        path: "system.webServer/security",
        members: &[
            "access",
            "applicationDependencies",
            "authentication",
            "authorization",
            "dynamicIpSecurity",
            "ipSecurity",
            "isapiCgiRestriction",
            "requestFiltering",
        ],
    },
];

/// The members of the group at `path`.
pub fn members(path: &str) -> &'static [&'static str] {
    GROUPS
        .iter()
        .find(|group| group.path == path)
        .map_or(&[], |group| group.members)
}

/// The path of another group that has a member of this name.
pub fn other_home(path: &str, name: &str) -> Option<&'static str> {
    GROUPS
        .iter()
        .find(|group| group.path != path && group.members.contains(&name))
        .map(|group| group.path)
}

/// The member of the group at `path` that differs from `name` in case only.
pub fn in_other_case(path: &str, name: &str) -> Option<&'static str> {
    members(path)
        .iter()
        .find(|member| **member != name && member.eq_ignore_ascii_case(name))
        .copied()
}

/// Whether the member `name` of `group` is one of the groups here.
pub fn is_group(group: &str, name: &str) -> bool {
    GROUPS
        .iter()
        .any(|known| match known.path.rsplit_once('/') {
            Some((parent, last)) => parent == group && last == name,
            None => group.is_empty() && known.path == name && !name.is_empty(),
        })
}

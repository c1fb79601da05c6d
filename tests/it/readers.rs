//! Readers of what stands around a configuration: applicationHost.config and exports of the registry.

mod application_host {
    use conferry::config::application_host::{ApplicationHost, expand};
    use conferry::xml::Document;

    fn variable(name: &str) -> Option<String> {
        name.eq_ignore_ascii_case("systemdrive")
            .then(|| "C:".to_owned())
    }

    #[test]
    fn variables_are_expanded_and_unknown_ones_stay() {
        for (text, expected) in [
            (r"%SystemDrive%\inetpub", r"C:\inetpub"),
            (r"%SYSTEMDRIVE%\%x%\a", r"C:\%x%\a"),
            (r"D:\100%\%SystemDrive%", r"D:\100%\C:"),
            ("%%", "%%"),
            ("", ""),
        ] {
            assert_eq!(expand(text, &variable), expected, "{text}");
        }
    }

    #[test]
    fn sites_pools_and_defaults() {
        let document = Document::from_text(
            r#"<configuration><system.applicationHost>
  <applicationPools>
    <add name="PhoneFactor" managedRuntimeVersion="v2.0" enable32BitAppOnWin64="true" />
    <add name="Default" /><add />
    <applicationPoolDefaults managedRuntimeVersion="v4.0" managedPipelineMode="Integrated" />
  </applicationPools>
  <sites>
    <site name="Default Web Site" id="1">
      <application path="/">
        <virtualDirectory path="/" physicalPath="%SystemDrive%\inetpub\wwwroot" />
        <virtualDirectory path="/old" physicalPath="D:\old" />
      </application>
      <application path="/PhoneFactor" applicationPool="PhoneFactor">
        <virtualDirectory path="/" physicalPath="C:\inetpub\wwwroot\PhoneFactor" />
        <virtualDirectory path="/img" />
      </application>
    </site>
    <site id="x"/>
    <site name="B" id="x"/>
    <applicationDefaults applicationPool="Default" />
  </sites>
</system.applicationHost></configuration>"#,
        )
        .unwrap();
        let host = ApplicationHost::read(&document, &variable).unwrap();
        let directories: Vec<_> = host
            .directories()
            .map(|(site, application, directory)| {
                let (path, folder) = (directory.path.as_str(), directory.physical_path.as_str());
                (site.name.as_str(), application.pool.as_str(), path, folder)
            })
            .collect();
        let site = "Default Web Site";
        assert_eq!(
            directories,
            [
                (site, "Default", "/", r"C:\inetpub\wwwroot"),
                (site, "Default", "/old", r"D:\old"),
                (
                    site,
                    "PhoneFactor",
                    "/PhoneFactor",
                    r"C:\inetpub\wwwroot\PhoneFactor"
                ),
            ]
        );
        let pool = host.pool("phonefactor").unwrap();
        assert_eq!(pool.runtime.as_deref(), Some("v2.0"));
        assert_eq!(pool.pipeline.as_deref(), Some("Integrated"));
        assert_eq!(pool.in_32_bits, Some(true));
        let problems: Vec<_> = host.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "line 4: <add> has no `name` and was left out",
                "line 15: <virtualDirectory> has no `physicalPath` and was left out",
                "line 18: <site> has no `name` and was left out",
                "line 19: `x` is no value for `id`",
            ]
        );
    }

    #[test]
    fn something_else_is_refused() {
        let document = Document::from_text("<!-- a -->\n<configuration/>").unwrap();
        let error = ApplicationHost::read(&document, &variable).unwrap_err();
        assert_eq!(error.line, 2);
    }
}

mod registry {
    use conferry::config::registry::{Registry, RegistryErrorKind, Value};

    const KEY: &str = r"HKLM\SOFTWARE\Positive Networks\PhoneFactor";

    fn utf16(text: &str) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xFE];
        text.encode_utf16()
            .for_each(|unit| bytes.extend(unit.to_le_bytes()));
        bytes
    }

    fn install_path(bytes: &[u8]) -> Vec<String> {
        let registry = Registry::read(bytes).unwrap();
        let found = registry.texts(KEY, "installpath");
        found.iter().map(|found| found.text.to_owned()).collect()
    }

    #[test]
    fn every_form_of_export() {
        let v5 = "Windows Registry Editor Version 5.00\r\n\r\n\
            [HKEY_LOCAL_MACHINE\\SOFTWARE\\Wow6432Node\\Positive Networks\\PhoneFactor]\r\n\
            @=\"x\"\r\n\"InstallPath\"=\"C:\\\\Program Files\\\\PhoneFactor\\\\\"\r\n\"n\"=dword:0000001f\r\n";
        let expected = [r"C:\Program Files\PhoneFactor\"];
        assert_eq!(install_path(&utf16(v5)), expected);
        assert_eq!(install_path(v5.as_bytes()), expected);
        let without_mark = &utf16(v5)[2..];
        assert_eq!(install_path(without_mark), expected);
        let v4 = v5.replace("Windows Registry Editor Version 5.00", "REGEDIT4");
        assert_eq!(
            install_path(v4.replace("Program", "Progr\u{e4}m").as_bytes()).len(),
            1
        );
        let mut ansi = v4.into_bytes();
        let at = ansi.windows(7).position(|part| part == b"Program").unwrap();
        ansi[at] = 0xE4;
        assert_eq!(install_path(&ansi), [r"C:\ärogram Files\PhoneFactor\"]);
        let query = "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\WOW6432Node\\Positive Networks\\PhoneFactor\r\n    \
            InstallPath    REG_SZ    C:\\Program Files\\PhoneFactor\\\r\n    n    REG_DWORD    0x1f\r\n\r\n\
            End of search: 1 match(es) found.\r\n";
        assert_eq!(install_path(query.as_bytes()), expected);
    }

    #[test]
    fn expandable_texts_go_over_lines() {
        let hex: Vec<String> = "%a%\\b\0"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let text = format!(
            "Windows Registry Editor Version 5.00\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Positive Networks\\PhoneFactor]\n\"InstallPath\"=hex(2):{},\\\n  {}\n\"b\"=hex(7):00,\\\n 00\n",
            hex[..5].join(","),
            hex[5..].join(",")
        );
        let registry = Registry::read(text.as_bytes()).unwrap();
        let values = &registry.keys[0].values;
        assert_eq!(values[0].1, Value::Expandable(r"%a%\b".to_owned()));
        assert_eq!(values[1].1, Value::Other("hex(7)".to_owned()));
    }

    #[test]
    fn deleted_keys_and_values_are_gone() {
        let text = "REGEDIT4\n[HKEY_LOCAL_MACHINE\\A]\n\"x\"=\"1\"\n\"x\"=-\n\"y\"=\"2\"\n\
            [HKEY_LOCAL_MACHINE\\B\\C]\n\"z\"=\"3\"\n[-HKEY_LOCAL_MACHINE\\B]\n\"w\"=\"4\"\n";
        let registry = Registry::read(text.as_bytes()).unwrap();
        assert_eq!(registry.keys.len(), 1);
        assert_eq!(
            registry.keys[0].values,
            [("y".to_owned(), Value::Text("2".to_owned()))]
        );
    }

    #[test]
    fn errors_name_their_line() {
        let head = "Windows Registry Editor Version 5.00\n";
        for (text, line, kind) in [
            (String::new(), 1, RegistryErrorKind::NotAnExport),
            ("\n<a/>".to_owned(), 2, RegistryErrorKind::NotAnExport),
            (format!("{head}\"a\"=\"b\""), 2, RegistryErrorKind::NoKey),
            (format!("{head}[HKEY_A"), 2, RegistryErrorKind::OpenKey),
            (
                format!("{head}[A]\n\"a\"=\"b"),
                3,
                RegistryErrorKind::OpenText,
            ),
            (
                format!("{head}[A]\n\"a\"=\"b\\"),
                3,
                RegistryErrorKind::OpenText,
            ),
            (format!("{head}[A]\n\nnonsense"), 4, RegistryErrorKind::Line),
            (
                format!("{head}[A]\n\"a\"=dword:zz"),
                3,
                RegistryErrorKind::Digits,
            ),
            (
                format!("{head}[A]\n\"a\"=hex(2):zz"),
                3,
                RegistryErrorKind::Digits,
            ),
        ] {
            let error = Registry::read(text.as_bytes()).unwrap_err();
            assert_eq!((error.line, error.kind), (line, kind), "{text}");
        }
        let odd = [0xFF, 0xFE, b'W', 0, 0x00, 0xD8];
        assert_eq!(
            Registry::read(&odd).unwrap_err().kind,
            RegistryErrorKind::Encoding
        );
    }
}

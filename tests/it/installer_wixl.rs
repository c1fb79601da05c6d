//! Installers of another maker (wixl and gcab), and what another reader (msiextract) takes out of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use conferry::installer::Installer;

const SOURCE: &str = r#"<?xml version="1.0"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="*" UpgradeCode="0B7E5B1C-0000-4000-8000-0000000000A1" Name="Contoso Portal" Language="1033"
      Version="5.1.2" Manufacturer="Contoso">
    <Package InstallerVersion="200" Compressed="yes"/>
    MEDIA
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFilesFolder">
        <Directory Id="CONTOSO" Name="Contoso Portal">
          <Component Id="Web" Guid="0B7E5B1C-0000-4000-8000-0000000000B1">
            <File Id="web" Name="web.config" Source="web.config" KeyPath="yes"/>
            <File Id="long" Name="a long name with spaces.config" Source="long.config"/>
          </Component>
          <Directory Id="BINARIES" Name="bin">
            <Component Id="Bin" Guid="0B7E5B1C-0000-4000-8000-0000000000B2">
              <File Id="library" Name="Contoso.dll" Source="Contoso.dll" KeyPath="yes"/>
            </Component>
          </Directory>
        </Directory>
      </Directory>
    </Directory>
    <Feature Id="All" Level="1"><ComponentRef Id="Web"/><ComponentRef Id="Bin"/></Feature>
  </Product>
</Wix>
"#;

/// Runs a program of msitools or gcab; `None` where there is none.
#[allow(clippy::print_stderr)] // the one line that says why a test did nothing
fn tool(folder: &Path, program: &str, args: &[&str]) -> Option<()> {
    let done = Command::new(program)
        .current_dir(folder)
        .args(args)
        .output();
    let done = match done {
        Ok(done) => done,
        Err(error) => {
            eprintln!("not held to {program}, which cannot be run here: {error}");
            return None;
        }
    };
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    Some(())
}

/// All files below a folder by their paths, with `\`.
fn below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok);
    let files = files.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap();
            let path = path.display().to_string().replace('/', "\\");
            (path, fs::read(entry.path()).unwrap())
        })
        .collect()
}

#[test]
fn what_wixl_packs_is_read_as_msiextract_reads_it() {
    for media in [
        r#"<Media Id="1" Cabinet="portal.cab" EmbedCab="yes"/>"#,
        r#"<Media Id="1" Cabinet="portal.cab" EmbedCab="no"/>"#,
    ] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let long: Vec<u8> = (0..150_000_u32).map(|at| (at % 253) as u8).collect();
        fs::write(root.join("web.config"), "<configuration/>").unwrap();
        fs::write(
            root.join("long.config"),
            "<configuration><appSettings/></configuration>",
        )
        .unwrap();
        fs::write(root.join("Contoso.dll"), &long).unwrap();
        fs::write(root.join("portal.wxs"), SOURCE.replace("MEDIA", media)).unwrap();
        if tool(root, "wixl", &["-o", "portal.msi", "portal.wxs"]).is_none() {
            return;
        }
        if media.contains("\"no\"") {
            // wixl leaves it to others to make a cabinet that is not in the installer.
            for (key, name) in [
                ("web", "web.config"),
                ("long", "long.config"),
                ("library", "Contoso.dll"),
            ] {
                fs::rename(root.join(name), root.join(key)).unwrap();
            }
            let args = ["-c", "-z", "portal.cab", "web", "long", "library"];
            if tool(root, "gcab", &args).is_none() {
                return;
            }
        }
        if tool(root, "msiextract", &["-C", "out", "portal.msi"]).is_none() {
            return;
        }
        let installer = Installer::open(&root.join("portal.msi")).unwrap();
        assert_eq!(installer.product().name, "Contoso Portal");
        assert_eq!(installer.product().version, "5.1.2");
        assert_eq!(
            installer.product().upgrade_code,
            "{0B7E5B1C-0000-4000-8000-0000000000A1}"
        );
        let files = installer.files().iter();
        let ours: BTreeMap<String, Vec<u8>> = files
            .map(|file| {
                let path = file.path.replace("[ProgramFilesFolder]", "Program Files");
                (path, installer.read(file).unwrap())
            })
            .collect();
        let theirs = below(&root.join("out"));
        assert_eq!(
            ours.keys().collect::<Vec<_>>(),
            theirs.keys().collect::<Vec<_>>()
        );
        assert!(ours == theirs, "the bytes differ");
        assert_eq!(ours.len(), 3);
    }
}

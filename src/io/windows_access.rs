//! Who may read a file on Windows, as far as that matters for secrets.
//!
//! Windows is asked through `icacls /save`, whose output is the same in every
//! language: a descriptor in SDDL. Only the large groups of Windows are looked
//! for; entries that deny are not taken off, so this warns rather too often.

/// The groups that hold more than administrators: SDDL's letters, the SID or how it ends, the name.
const GROUPS: [(&str, &str, &str); 9] = [
    ("WD", "S-1-1-0", "Everyone"),
    ("AN", "S-1-5-7", "Anonymous"),
    ("AU", "S-1-5-11", "Authenticated Users"),
    ("IU", "S-1-5-4", "Interactive"),
    ("NU", "S-1-5-2", "Network"),
    ("BU", "S-1-5-32-545", "Users"),
    ("BG", "S-1-5-32-546", "Guests"),
    ("DU", "-513", "Domain Users"),
    ("DG", "-514", "Domain Guests"),
];

/// The groups that may read according to `sddl`.
fn readers(sddl: &str) -> Vec<&'static str> {
    let Some((_, list)) = sddl.split_once("D:") else {
        // No list at all: nobody is kept out.
        return vec![GROUPS[0].2];
    };
    // The list for auditing follows after it.
    let list = list.split_once("S:(").map_or(list, |(list, _)| list);
    if list.starts_with("NO_ACCESS_CONTROL") {
        return vec![GROUPS[0].2];
    }
    let may_read = |(letters, sid, _): &&(&str, &str, &str)| {
        list.split('(').skip(1).any(|entry| {
            let fields: Vec<&str> = entry.split([';', ')']).collect();
            let [kind, _, rights, _, _, who, ..] = fields[..] else {
                return false;
            };
            let is_it = who == *letters
                || match sid.starts_with('-') {
                    true => who.starts_with("S-1-5-21-") && who.ends_with(sid),
                    false => who == *sid,
                };
            matches!(kind, "A" | "XA" | "OA") && is_it && reads(rights)
        })
    };
    let found = GROUPS.iter().filter(may_read);
    found.map(|(_, _, name)| *name).collect()
}

/// Whether these rights hold the one to read what is in a file.
fn reads(rights: &str) -> bool {
    if let Some(digits) = rights.strip_prefix("0x") {
        // FILE_READ_DATA, GENERIC_ALL, GENERIC_READ.
        let bits = u32::from_str_radix(digits, 16).unwrap_or(u32::MAX);
        return bits & (0x1 | 0x1000_0000 | 0x8000_0000) != 0;
    }
    rights
        .as_bytes()
        .chunks(2)
        .any(|right| matches!(right, b"FA" | b"FR" | b"GA" | b"GR" | b"CC"))
}

/// The large groups that may read the file or folder at `path`.
///
/// # Errors
/// When Windows does not tell.
#[cfg(windows)]
pub fn who_may_read(path: &std::path::Path) -> std::io::Result<Vec<&'static str>> {
    use std::process::{Command, Stdio};

    let windows = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    let icacls = std::path::Path::new(&windows).join(r"System32\icacls.exe");
    let folder = tempfile::tempdir()?;
    let saved = folder.path().join("access");
    let status = Command::new(icacls)
        .arg(path)
        .arg("/save")
        .arg(&saved)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    let bytes = std::fs::read(&saved)?;
    let (text, _, _) = encoding_rs::UTF_16LE.decode(&bytes);
    // A line with the name, then the descriptor.
    match text.lines().find(|line| line.starts_with("D:")) {
        Some(sddl) if status.success() => Ok(readers(sddl)),
        _ => Err(std::io::Error::other("icacls does not say")),
    }
}

#[cfg(test)]
mod tests {
    use super::readers;

    #[test]
    fn large_groups_that_may_read_are_named() {
        for (sddl, expected) in [
            ("D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", &[][..]),
            ("D:AI(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)", &["Users"]),
            (
                "D:(A;;FR;;;WD)(A;;FA;;;S-1-5-11)",
                &["Everyone", "Authenticated Users"],
            ),
            ("D:(A;OICIIO;GR;;;BG)", &["Guests"]),
            (
                "D:(A;;FA;;;S-1-5-21-1-2-3-513)(A;;FA;;;S-1-5-21-1-2-3-1001)",
                &["Domain Users"],
            ),
            // Only to list the folder's attributes, only to write, and an entry that denies.
            ("D:(A;;0x100080;;;BU)(A;;FW;;;AU)(D;;FA;;;WD)", &[]),
            (
                "D:(XA;;FX;;;WD;(WIN://X))(XA;;FRFX;;;IU;(WIN://X))",
                &["Interactive"],
            ),
            ("D:PAI(A;;FA;;;BA)S:(AU;SAFA;FA;;;WD)", &[]),
            ("D:NO_ACCESS_CONTROL", &["Everyone"]),
            ("O:BAG:BA", &["Everyone"]),
        ] {
            assert_eq!(readers(sddl), expected, "{sddl}");
        }
    }
}

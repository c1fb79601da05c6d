//! Makes installers for tests, with crates that conferry does not read them with.

use std::io::{Cursor, Write};

use msi::{Column, Insert, Package, PackageType, Value};

/// What is to be in an installer. Rows are as they are stored, so that a test can have any nonsense in them.
#[derive(Clone)]
pub struct Maker {
    pub properties: Vec<(String, String)>,
    /// Id, parent, `DefaultDir`.
    pub directories: Vec<(String, Option<String>, String)>,
    /// Id, directory.
    pub components: Vec<(String, String)>,
    pub files: Vec<FileRow>,
    /// Disk, last sequence, cabinet.
    pub media: Vec<(i32, i32, Option<String>)>,
    /// Streams by their names.
    pub streams: Vec<(String, Vec<u8>)>,
}

#[derive(Clone)]
pub struct FileRow {
    pub key: String,
    pub component: String,
    pub name: String,
    pub size: i32,
    pub attributes: i32,
    pub sequence: i32,
}

impl Maker {
    /// An installer without files: `inetpub\wwwroot\FOLDER` is `WEB`.
    pub fn new(version: &str, folder: &str) -> Self {
        let property = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let directory = |id: &str, parent: Option<&str>, name: &str| {
            (id.to_owned(), parent.map(str::to_owned), name.to_owned())
        };
        Self {
            properties: vec![
                property("ProductName", "Contoso Portal"),
                property("ProductVersion", version),
                property("ProductCode", "{0B7E5B1C-0000-4000-8000-00000000C0DE}"),
                property("UpgradeCode", "{0B7E5B1C-0000-4000-8000-0000000000A1}"),
                property("Manufacturer", "Contoso"),
                property("ProductLanguage", "1033"),
            ],
            directories: vec![
                directory("TARGETDIR", None, "SourceDir"),
                directory("INETPUB", Some("TARGETDIR"), "inetpub"),
                directory("WWWROOT", Some("INETPUB"), "wwwroot"),
                directory("WEB", Some("WWWROOT"), &format!("FOLDER~1|{folder}:source")),
                directory("BIN", Some("WEB"), "bin"),
            ],
            components: Vec::new(),
            files: Vec::new(),
            media: Vec::new(),
            streams: Vec::new(),
        }
    }

    /// Adds a file in a component of its own; its cabinet is added with [`Self::cabinet`].
    pub fn file(&mut self, key: &str, directory: &str, name: &str, size: usize) {
        let component = format!("c_{key}");
        self.components
            .push((component.clone(), directory.to_owned()));
        self.files.push(FileRow {
            key: key.to_owned(),
            component,
            name: name.to_owned(),
            size: size as i32,
            attributes: 0,
            sequence: self.files.len() as i32 + 1,
        });
    }

    /// Adds a cabinet with all files up to the last one that was added.
    pub fn cabinet(&mut self, name: &str) {
        let disk = self.media.len() as i32 + 1;
        let last = self.files.len() as i32;
        self.media.push((disk, last, Some(name.to_owned())));
    }

    /// An installer with one cabinet in it, `#data.cab`: of each file its directory, name and bytes.
    pub fn of(version: &str, folder: &str, files: &[(&str, &str, &[u8])]) -> Self {
        let mut maker = Self::new(version, folder);
        let mut packed = Vec::new();
        for (at, (directory, name, bytes)) in files.iter().enumerate() {
            let key = format!("f{at}");
            maker.file(&key, directory, name, bytes.len());
            packed.push((key, *bytes));
        }
        maker.cabinet("#data.cab");
        let packed: Vec<(&str, &[u8])> = (packed.iter())
            .map(|(key, bytes)| (key.as_str(), *bytes))
            .collect();
        maker
            .streams
            .push(("data.cab".to_owned(), cabinet(&packed, true)));
        maker
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut package = Package::create(PackageType::Installer, Cursor::new(Vec::new())).unwrap();
        let text = |text: &str| Value::Str(text.to_owned());
        let maybe = |text: &Option<String>| text.clone().map_or(Value::Null, Value::Str);
        // Every column is part of the key, so that there can be two rows of one name.
        let string = |name: &str| Column::build(name).primary_key().nullable().string(255);
        let long = |name: &str| Column::build(name).primary_key().nullable().int32();
        let short = |name: &str| Column::build(name).primary_key().nullable().int16();
        let mut table = |name: &str, columns: Vec<Column>, rows: Vec<Vec<Value>>| {
            package.create_table(name, columns).unwrap();
            package.insert_rows(Insert::into(name).rows(rows)).unwrap();
        };
        table(
            "Property",
            vec![string("Property"), string("Value")],
            (self.properties.iter())
                .map(|(name, value)| vec![text(name), text(value)])
                .collect(),
        );
        table(
            "Directory",
            vec![
                string("Directory"),
                string("Directory_Parent"),
                string("DefaultDir"),
            ],
            (self.directories.iter())
                .map(|(id, parent, name)| vec![text(id), maybe(parent), text(name)])
                .collect(),
        );
        table(
            "Component",
            vec![
                string("Component"),
                string("ComponentId"),
                string("Directory_"),
                short("Attributes"),
            ],
            (self.components.iter())
                .map(|(id, directory)| vec![text(id), Value::Null, text(directory), Value::Int(0)])
                .collect(),
        );
        table(
            "File",
            vec![
                string("File"),
                string("Component_"),
                string("FileName"),
                long("FileSize"),
                string("Version"),
                short("Attributes"),
                short("Sequence"),
            ],
            (self.files.iter())
                .map(|file| {
                    vec![
                        text(&file.key),
                        text(&file.component),
                        text(&file.name),
                        Value::Int(file.size),
                        Value::Null,
                        Value::Int(file.attributes),
                        Value::Int(file.sequence),
                    ]
                })
                .collect(),
        );
        table(
            "Media",
            vec![short("DiskId"), short("LastSequence"), string("Cabinet")],
            (self.media.iter())
                .map(|(disk, last, cabinet)| {
                    vec![Value::Int(*disk), Value::Int(*last), maybe(cabinet)]
                })
                .collect(),
        );
        for (name, bytes) in &self.streams {
            let mut stream = package.write_stream(name).unwrap();
            stream.write_all(bytes).unwrap();
        }
        package.into_inner().unwrap().into_inner()
    }
}

/// A cabinet with these files, packed with MSZIP or not at all.
pub fn cabinet(files: &[(&str, &[u8])], packed: bool) -> Vec<u8> {
    let mut builder = cab::CabinetBuilder::new();
    let folder = builder.add_folder(match packed {
        true => cab::CompressionType::MsZip,
        false => cab::CompressionType::None,
    });
    for (name, _) in files {
        folder.add_file(*name);
    }
    let mut writer = builder.build(Cursor::new(Vec::new())).unwrap();
    let mut contents = files.iter();
    while let Some(mut file) = writer.next_file().unwrap() {
        file.write_all(contents.next().unwrap().1).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A cabinet of one folder, byte by byte: how it is packed, its blocks with their lengths unpacked, and of each file
/// its name, size, begin and folder. It says what it is told.
pub fn raw_cabinet(
    packing: u16,
    blocks: &[(&[u8], u16)],
    files: &[(&str, u32, u32, u16)],
) -> Vec<u8> {
    let names: usize = files.iter().map(|(name, ..)| 16 + name.len() + 1).sum();
    let data_at = 36 + 8 + names;
    let size = data_at
        + blocks
            .iter()
            .map(|(packed, _)| 8 + packed.len())
            .sum::<usize>();
    let mut bytes = b"MSCF\0\0\0\0".to_vec();
    bytes.extend((size as u32).to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(44_u32.to_le_bytes());
    bytes.extend([0, 0, 0, 0, 3, 1, 1, 0]);
    bytes.extend((files.len() as u16).to_le_bytes());
    bytes.extend([0; 6]);
    bytes.extend((data_at as u32).to_le_bytes());
    bytes.extend((blocks.len() as u16).to_le_bytes());
    bytes.extend(packing.to_le_bytes());
    for (name, size, begin, folder) in files {
        bytes.extend(size.to_le_bytes());
        bytes.extend(begin.to_le_bytes());
        bytes.extend(folder.to_le_bytes());
        bytes.extend([0; 6]);
        bytes.extend(name.as_bytes());
        bytes.push(0);
    }
    for (packed, length) in blocks {
        bytes.extend([0; 4]);
        bytes.extend((packed.len() as u16).to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.extend(*packed);
    }
    bytes
}

/// The number that says LZX with the smallest window.
pub const LZX: u16 = 3 | 15 << 8;

/// An LZX block that holds its bytes as they are.
pub fn stored_lzx(bytes: &[u8]) -> Vec<u8> {
    // No translation of jumps, then a stored block with its length, up to the next word.
    let head = 0b0011 << 28 | (bytes.len() as u32) << 4;
    let mut block = Vec::new();
    block.extend(((head >> 16) as u16).to_le_bytes());
    block.extend((head as u16).to_le_bytes());
    for _ in 0..3 {
        block.extend(1_u32.to_le_bytes());
    }
    block.extend(bytes);
    block
}

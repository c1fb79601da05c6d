//! How the blocks of a cabinet are unpacked.

use flate2::{Decompress, FlushDecompress};
use lzxd::{Lzxd, WindowSize};

/// What a block can refer back to.
const WINDOW: usize = 0x8000;

/// How the blocks of a folder are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Mszip,
    Lzx(WindowSize),
}

impl Packing {
    /// The one that a cabinet means by this number.
    ///
    /// # Errors
    /// One that is not supported.
    pub(super) fn of(number: u16) -> Result<Self, &'static str> {
        match (number & 0xf, number >> 8 & 0x1f) {
            (0, _) => Ok(Self::Plain),
            (1, _) => Ok(Self::Mszip),
            (2, _) => Err("it is packed with Quantum"),
            (3, 15) => Ok(Self::Lzx(WindowSize::KB32)),
            (3, 16) => Ok(Self::Lzx(WindowSize::KB64)),
            (3, 17) => Ok(Self::Lzx(WindowSize::KB128)),
            (3, 18) => Ok(Self::Lzx(WindowSize::KB256)),
            (3, 19) => Ok(Self::Lzx(WindowSize::KB512)),
            (3, 20) => Ok(Self::Lzx(WindowSize::MB1)),
            (3, 21) => Ok(Self::Lzx(WindowSize::MB2)),
            (3, _) => Err("it is packed with LZX and a window that no cabinet has"),
            _ => Err("it is packed in a way that is not known"),
        }
    }
}

/// Unpacks the blocks of a folder, one after the other.
pub(super) enum Unpacker {
    Plain,
    Mszip {
        /// The last bytes that were unpacked.
        window: Vec<u8>,
    },
    Lzx(Box<Lzxd>),
}

impl Unpacker {
    pub(super) fn new(packing: Packing) -> Self {
        match packing {
            Packing::Plain => Self::Plain,
            Packing::Mszip => Self::Mszip { window: Vec::new() },
            Packing::Lzx(window) => Self::Lzx(Box::new(Lzxd::new(window))),
        }
    }

    /// The `length` bytes of the next block.
    ///
    /// # Errors
    /// When it has more or fewer, or is damaged.
    pub(super) fn next(&mut self, packed: &[u8], length: usize) -> Result<Vec<u8>, &'static str> {
        let plain = match self {
            Self::Plain => packed.to_vec(),
            Self::Mszip { window } => {
                let plain = inflated(packed, window, length)?;
                window.extend_from_slice(&plain);
                window.drain(..window.len().saturating_sub(WINDOW));
                plain
            }
            Self::Lzx(lzx) => {
                let plain = lzx.decompress_next(packed, length);
                plain.map_err(|_| "a block cannot be unpacked")?.to_vec()
            }
        };
        match plain.len() == length {
            true => Ok(plain),
            false => Err("a block has another length than it says"),
        }
    }
}

/// The bytes of an MSZIP block, which can refer back to those in `window`.
fn inflated(packed: &[u8], window: &[u8], length: usize) -> Result<Vec<u8>, &'static str> {
    let packed = packed.strip_prefix(b"CK");
    let packed = packed.ok_or("a block does not begin as MSZIP does")?;
    // What it can refer back to is put before it as a stored block: no library needs to be told.
    let mut all = Vec::with_capacity(window.len() + packed.len() + 5);
    if !window.is_empty() {
        let stored = window.len() as u16;
        all.push(0);
        all.extend(stored.to_le_bytes());
        all.extend((!stored).to_le_bytes());
        all.extend_from_slice(window);
    }
    all.extend_from_slice(packed);
    // One more shows a block that is longer than it says.
    let mut plain = Vec::with_capacity(window.len() + length + 1);
    let unpacked = Decompress::new(false).decompress_vec(&all, &mut plain, FlushDecompress::Finish);
    if unpacked.is_err() || plain.len() != window.len() + length {
        return Err("a block cannot be unpacked to the length that it says");
    }
    Ok(plain.split_off(window.len()))
}

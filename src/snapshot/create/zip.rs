//! The snapshot as one zip, whose bytes depend on nothing but what is put in.
//!
//! Files are compressed on all cores and written in order, a batch at a time,
//! while the next batch is compressed. What a zip holds cannot be taken back,
//! so each file is whole and steady before it goes in: small ones in memory,
//! larger ones in a temporary file, which is encrypted if the zip will be.
//! The zip's comment is the hash of all bytes before it.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use jiff::Timestamp;
use rayon::prelude::*;
use zip::write::{PreparedZipFile, SimpleFileOptions, StreamWriter, ZipFileBuilder};
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::Created;
use super::copy::{Source, copy_steadily, is_full, unreadable};
use crate::io::folder::Recent;
use crate::io::fresh;
use crate::io::sealed::{ReadSeek, Scratch};
use crate::io::stream::{self, Measured};
use crate::io::trailer::{self, Trailer};
use crate::snapshot::Problem;
use crate::snapshot::find::{Plan, Planned};
use crate::snapshot::manifest::{FileEntry, MANIFEST, Manifest, SUMS};
use crate::snapshot::progress::Progress;

/// Larger files are compressed into a temporary file.
const IN_MEMORY: u64 = 4 << 20;
/// How much is compressed at a time, so that all cores have something to do ...
const BATCH: u64 = 8 << 20;
/// ... also where files are large.
const LARGE_BATCH: u64 = 1 << 30;
/// Most files of a batch.
const BATCH_FILES: usize = 256;
/// How much of a file says whether compressing it is worth the time.
const SAMPLE: u64 = 64 << 10;
/// What stands before the hash in the comment.
const COMMENT: &str = "sha256:";

/// What all files have in common.
pub(super) struct Job<'a> {
    /// Where the zip will be.
    pub target: &'a Path,
    /// Whether nothing may be written that others could read.
    pub is_secret: bool,
    /// The time of files that have none.
    pub created: Timestamp,
    /// How far it is.
    pub progress: &'a Progress,
    /// The folders that files are read from.
    pub sources: Recent,
}

/// Space that temporary files may need beside the zip.
pub(super) fn scratch_space(files: &[Planned]) -> u64 {
    let on_disk = |batch: &[Planned]| {
        let large = batch.iter().map(|file| file.size);
        large.filter(|size| *size > IN_MEMORY).sum::<u64>()
    };
    let sizes: Vec<u64> = Batches(files).map(on_disk).collect();
    // One batch is written while the next one is compressed.
    let pairs = sizes.windows(2).map(|pair| pair[0] + pair[1]);
    pairs.chain(sizes.iter().copied()).max().unwrap_or(0)
}

/// Writes the zip to `to` and gives `to` back.
pub(super) fn write<W: Write + Send>(
    mut plan: Plan,
    to: W,
    job: &Job<'_>,
    manifest: impl FnOnce(Plan, Vec<FileEntry>, &[Problem]) -> Manifest,
) -> io::Result<(W, Created)> {
    let mut zip = ZipWriter::new_stream(Trailer::new(to));
    let (mut entries, mut problems) = (Vec::new(), Vec::new());
    let files = std::mem::take(&mut plan.files);
    let mut batches = Batches(&files);
    let mut ready = batches.next().map(|batch| pack_all(batch, job));
    while let Some(packed) = ready {
        let next = batches.next();
        let (written, following) = rayon::join(
            || add_all(&mut zip, packed?, &mut entries, &mut problems),
            || next.map(|batch| pack_all(batch, job)),
        );
        written?;
        ready = following;
    }
    let manifest = manifest(plan, entries, &problems);
    let bytes = manifest.to_bytes();
    let sums = manifest.sums(&bytes);
    for (name, bytes) in [(SUMS, sums.as_bytes()), (MANIFEST, &bytes)] {
        let options = options(Some(job.created), CompressionMethod::Deflated);
        let entry = PreparedZipFile::from_data(name, options, bytes)?;
        zip.add_prepared_file(entry)?;
    }
    let comment = format!("{COMMENT}{}", " ".repeat(trailer::LENGTH));
    zip.set_comment(comment)?;
    let to = zip.finish()?.into_inner().finish()?;
    Ok((to, Created::new(manifest, problems)))
}

/// Cuts files into parts that are compressed at a time.
struct Batches<'p>(&'p [Planned]);

impl<'p> Iterator for Batches<'p> {
    type Item = &'p [Planned];

    fn next(&mut self) -> Option<Self::Item> {
        let (mut size, mut count) = (0, 0);
        let fits = |file: &&Planned| {
            let is_idle = count < rayon::current_num_threads();
            size += file.size;
            count += 1;
            size <= BATCH || (is_idle && size <= LARGE_BATCH)
        };
        let fitting = self.0.iter().take(BATCH_FILES).take_while(fits).count();
        let (batch, rest) = self.0.split_at(fitting.max(1).min(self.0.len()));
        self.0 = rest;
        (!batch.is_empty()).then_some(batch)
    }
}

/// A file, compressed.
enum Packed {
    Memory(Box<PreparedZipFile>),
    /// A zip with this one file.
    Disk(Box<dyn ReadSeek + Send>),
}

type Ready = Result<(FileEntry, Packed), Problem>;

fn pack_all(files: &[Planned], job: &Job<'_>) -> io::Result<Vec<Ready>> {
    files.par_iter().map(|file| pack(file, job)).collect()
}

fn add_all<W: Write>(
    zip: &mut ZipWriter<StreamWriter<W>>,
    packed: Vec<Ready>,
    entries: &mut Vec<FileEntry>,
    problems: &mut Vec<Problem>,
) -> io::Result<()> {
    for file in packed {
        match file {
            Ok((entry, packed)) => {
                match packed {
                    Packed::Memory(file) => zip.add_prepared_file(*file)?,
                    Packed::Disk(file) => {
                        let mut archive = ZipArchive::new(file)?;
                        zip.raw_copy_file(archive.by_index_raw(0)?)?;
                    }
                }
                entries.push(entry);
            }
            Err(problem) => problems.push(problem),
        }
    }
    Ok(())
}

fn pack(planned: &Planned, job: &Job<'_>) -> io::Result<Ready> {
    let mut packed = None;
    let copied = copy_steadily(planned, &job.sources, job.progress, |source| {
        let time = (source.modified).and_then(|time| Timestamp::try_from(time).ok());
        let options = options(Some(time.unwrap_or(job.created)), method(source.file)?);
        let (file, measured) = match source.size <= IN_MEMORY {
            true => in_memory(planned, options, source, job)?,
            false => on_disk(planned, options, source, job)?,
        };
        packed = Some(file);
        Ok(measured)
    });
    Ok(match (copied, packed) {
        (Ok(entry), Some(packed)) => Ok((entry, packed)),
        (Err(error), _) if is_full(&error) => return Err(error),
        (Err(error), _) => Err(unreadable(planned, &error)),
        (Ok(_), None) => Err(unreadable(planned, &io::ErrorKind::UnexpectedEof.into())),
    })
}

fn copy(from: &Source<'_>, to: impl Write, job: &Job<'_>) -> io::Result<Measured> {
    stream::copy(from.file.take(from.size), to, &|bytes| {
        job.progress.add_bytes(bytes);
    })
}

fn in_memory(
    planned: &Planned,
    options: SimpleFileOptions,
    source: &Source<'_>,
    job: &Job<'_>,
) -> io::Result<(Packed, Measured)> {
    let mut builder = ZipFileBuilder::new(&planned.path, options)?;
    let measured = copy(source, NoFlush(&mut builder), job)?;
    Ok((Packed::Memory(Box::new(builder.finish()?)), measured))
}

fn on_disk(
    planned: &Planned,
    options: SimpleFileOptions,
    source: &Source<'_>,
    job: &Job<'_>,
) -> io::Result<(Packed, Measured)> {
    let mut scratch = Scratch::new(fresh::spool(job.target)?, job.is_secret);
    let measured = scratch.fill(|to| {
        let mut zip = ZipWriter::new_stream(to);
        zip.start_file(&planned.path, options.large_file(true))?;
        let measured = copy(source, NoFlush(&mut zip), job)?;
        zip.finish()?;
        Ok(measured)
    })?;
    Ok((Packed::Disk(scratch.into_reader()?), measured))
}

/// To flush in the middle would make what is compressed depend on when.
struct NoFlush<W>(W);

impl<W: Write> Write for NoFlush<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether the file is worth compressing, judged by its beginning.
fn method(mut source: &File) -> io::Result<CompressionMethod> {
    let mut sample = Vec::new();
    source.take(SAMPLE).read_to_end(&mut sample)?;
    source.rewind()?;
    let options = options(None, CompressionMethod::Deflated).compression_level(Some(1));
    let packed = PreparedZipFile::from_data("sample", options, &sample)?;
    let is_smaller = packed.compressed_size() < sample.len() as u64 * 15 / 16;
    Ok(match is_smaller {
        true => CompressionMethod::Deflated,
        false => CompressionMethod::Stored,
    })
}

fn options(time: Option<Timestamp>, method: CompressionMethod) -> SimpleFileOptions {
    let time = time.unwrap_or_default();
    let civil = time.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let part = |value: i8| u8::try_from(value).unwrap_or_default();
    let time = DateTime::from_date_and_time(
        u16::try_from(civil.year()).unwrap_or_default(),
        part(civil.month()),
        part(civil.day()),
        part(civil.hour()),
        part(civil.minute()),
        part(civil.second()),
    );
    SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(time.unwrap_or_default())
        .unix_permissions(0o600)
}

//! A picture with a palette weighs a third of the one that the browser writes: a page of text has few colours.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Filter, Transformations};

/// How many colours a palette holds.
const MOST_COLOURS: usize = 256;

/// A picture without transparency, three bytes for each dot.
struct Picture {
    size: (u32, u32),
    dots: Vec<[u8; 3]>,
}

/// Writes the picture anew, with the colours that most of it has; the few that are left over become the nearest of them.
pub(crate) fn shrink(path: &Path) -> Result<()> {
    let picture = read(path).with_context(|| format!("{}", path.display()))?;
    let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
    for dot in &picture.dots {
        *counts.entry(*dot).or_default() += 1;
    }
    let mut colours: Vec<_> = counts.into_iter().collect();
    colours.sort_by_key(|&(colour, count)| (std::cmp::Reverse(count), colour));
    let colours: Vec<[u8; 3]> = colours.into_iter().map(|(colour, _)| colour).collect();
    let palette = &colours[..colours.len().min(MOST_COLOURS)];
    let mut index = HashMap::new();
    for colour in &colours {
        index.insert(*colour, nearest(*colour, palette)?);
    }
    let dots: Vec<u8> = picture.dots.iter().map(|dot| index[dot]).collect();
    write(path, picture.size, palette, &dots)
}

/// The place in the palette of the colour that is most like this one.
fn nearest(colour: [u8; 3], palette: &[[u8; 3]]) -> Result<u8> {
    let distance = |other: &[u8; 3]| -> u32 {
        let parts = colour.iter().zip(other);
        parts.map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum()
    };
    let places = palette.iter().enumerate();
    let nearest = places.min_by_key(|(_, other)| distance(other));
    let (place, _) = nearest.context("a picture has colours")?;
    Ok(u8::try_from(place)?)
}

fn read(path: &Path) -> Result<Picture> {
    let mut decoder = Decoder::new(BufReader::new(File::open(path)?));
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info()?;
    let length = reader.output_buffer_size().context("too large a picture")?;
    let mut bytes = vec![0; length];
    let frame = reader.next_frame(&mut bytes)?;
    let width = match frame.color_type {
        ColorType::Rgb => 3,
        ColorType::Rgba => 4,
        other => bail!("a screen is not drawn in {other:?}"),
    };
    let dots = bytes
        .chunks_exact(width)
        .map(|dot| [dot[0], dot[1], dot[2]]);
    Ok(Picture {
        size: (frame.width, frame.height),
        dots: dots.collect(),
    })
}

fn write(path: &Path, size: (u32, u32), palette: &[[u8; 3]], dots: &[u8]) -> Result<()> {
    let drawn = path.with_extension("png.new");
    let mut encoder = Encoder::new(BufWriter::new(File::create(&drawn)?), size.0, size.1);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(palette.concat());
    encoder.set_compression(Compression::High);
    encoder.set_filter(Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(dots)?;
    writer.finish()?;
    fs::rename(drawn, path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{nearest, read, shrink};
    use png::{BitDepth, ColorType, Encoder};

    #[test]
    fn the_nearest_colour_is_found() {
        let palette = [[0, 0, 0], [255, 255, 255], [250, 0, 0]];
        assert_eq!(nearest([255, 255, 255], &palette).unwrap(), 1);
        assert_eq!(nearest([200, 20, 20], &palette).unwrap(), 2);
    }

    #[test]
    fn a_picture_of_few_colours_loses_none_and_one_of_many_keeps_its_size() {
        let folder = tempfile::tempdir().unwrap();
        for (name, many) in [("few.png", false), ("many.png", true)] {
            let path = folder.path().join(name);
            let bytes: Vec<u8> = (0..64_u8)
                .flat_map(|y| (0..64_u8).map(move |x| (x, y)))
                .flat_map(|(x, y)| {
                    if many {
                        [x * 4, y * 4, 9]
                    } else {
                        [x & 8, 200, 9]
                    }
                })
                .collect();
            let mut encoder = Encoder::new(std::fs::File::create(&path).unwrap(), 64, 64);
            encoder.set_color(ColorType::Rgb);
            encoder.set_depth(BitDepth::Eight);
            encoder
                .write_header()
                .unwrap()
                .write_image_data(&bytes)
                .unwrap();
            shrink(&path).unwrap();
            let picture = read(&path).unwrap();
            assert_eq!((picture.size, picture.dots.len()), ((64, 64), 64 * 64));
            if !many {
                assert_eq!(picture.dots.concat(), bytes);
            }
        }
    }
}

//! How large a picture is.

/// Width and height of a PNG; `None` if it is none.
pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    // Length and name of the first chunk, which has to be the header.
    let header = rest.get(4..)?.strip_prefix(b"IHDR")?;
    let number = |at: usize| -> Option<u32> {
        let digits = header.get(at..at + 4)?;
        Some(u32::from_be_bytes(digits.try_into().ok()?))
    };
    Some((number(0)?, number(4)?))
}

pub(super) fn told(size: Option<(u32, u32)>) -> String {
    size.map_or_else(
        || "no PNG".to_owned(),
        |(width, height)| format!("{width} x {height}"),
    )
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn the_size_is_read_from_the_header() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\x02\0\0\0\x20".to_vec();
        assert_eq!(size(&png), Some((258, 32)));
        png.truncate(20);
        assert_eq!(size(&png), None);
        assert_eq!(size(b"\xff\xd8\xff\xe0"), None);
    }
}

//! A look into a Linux program: is it static?

use anyhow::{Result, bail};

const HEADER: usize = 64;
/// Program header that names the loader; a static program has none.
const PT_INTERP: u32 = 3;

/// Fails unless the bytes are a 64-bit little-endian ELF program that needs no loader.
pub(crate) fn check_static(bytes: &[u8]) -> Result<()> {
    if bytes.len() < HEADER || !bytes.starts_with(b"\x7fELF\x02\x01") {
        bail!("it is no 64-bit ELF program");
    }
    let offset = usize::try_from(u64::from_le_bytes(array(bytes, 0x20)?))?;
    let size = usize::from(u16::from_le_bytes(array(bytes, 0x36)?));
    let count = usize::from(u16::from_le_bytes(array(bytes, 0x38)?));
    for at in 0..count {
        if u32::from_le_bytes(array(bytes, offset.saturating_add(at * size))?) == PT_INTERP {
            bail!("it asks for a loader, so it is not static");
        }
    }
    Ok(())
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N]> {
    let slice = at.checked_add(N).and_then(|end| bytes.get(at..end));
    match slice {
        Some(slice) => Ok(slice.try_into()?),
        None => bail!("its headers point beyond its end"),
    }
}

#[cfg(test)]
mod tests {
    use super::check_static;

    /// A program with one program header of the given type.
    fn program(kind: u32) -> Vec<u8> {
        let mut bytes = vec![0; 64 + 56];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[0x20] = 64;
        bytes[0x36] = 56;
        bytes[0x38] = 1;
        bytes[64..68].copy_from_slice(&kind.to_le_bytes());
        bytes
    }

    #[test]
    fn a_program_with_a_loader_is_told_from_one_without() {
        check_static(&program(1)).unwrap();
        assert!(
            check_static(&program(3))
                .unwrap_err()
                .to_string()
                .contains("loader")
        );
    }

    #[test]
    fn what_is_no_program_is_refused() {
        assert!(check_static(b"#!/bin/sh").is_err());
        assert!(check_static(&program(1)[..66]).is_err());
        let mut far = program(1);
        far[0x20..0x28].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(check_static(&far).is_err());
    }
}

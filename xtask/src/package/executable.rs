//! A look into a program: is it one for its platform, and static where that is promised?

use anyhow::{Context as _, Result, bail};

use super::platform::Platform;

const ELF_HEADER: usize = 64;
/// Program header that names the loader; a static program has none.
const PT_INTERP: u32 = 3;

/// Fails unless the bytes are a program for the platform, on Linux one that needs no loader.
pub(crate) fn check(bytes: &[u8], platform: Platform) -> Result<()> {
    match made_for(bytes)? {
        Some(found) if found == platform => {}
        Some(found) => bail!(
            "it is a program for {}, not for {}",
            found.folder(),
            platform.folder()
        ),
        None => bail!("it is no program for {}", platform.folder()),
    }
    if platform.is_linux() {
        check_static(bytes)?;
    }
    Ok(())
}

/// By the machine in the header; 64-bit little-endian formats only, as these platforms are.
fn made_for(bytes: &[u8]) -> Result<Option<Platform>> {
    if bytes.len() >= ELF_HEADER && bytes.starts_with(b"\x7fELF\x02\x01") {
        return Ok(match u16::from_le_bytes(array(bytes, 0x12)?) {
            62 => Some(Platform::LinuxX64),
            183 => Some(Platform::LinuxArm64),
            _ => None,
        });
    }
    if bytes.starts_with(b"MZ") {
        let header = usize::try_from(u32::from_le_bytes(array(bytes, 0x3c)?))?;
        if &array::<4>(bytes, header)? != b"PE\0\0" {
            return Ok(None);
        }
        return Ok(match u16::from_le_bytes(array(bytes, header + 4)?) {
            0x8664 => Some(Platform::WindowsX64),
            0xaa64 => Some(Platform::WindowsArm64),
            _ => None,
        });
    }
    if bytes.starts_with(b"\xcf\xfa\xed\xfe") {
        return Ok(match u32::from_le_bytes(array(bytes, 4)?) {
            0x0100_0007 => Some(Platform::MacX64),
            0x0100_000c => Some(Platform::MacArm64),
            _ => None,
        });
    }
    Ok(None)
}

fn check_static(bytes: &[u8]) -> Result<()> {
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
    let end = at.checked_add(N);
    let slice = end.and_then(|end| bytes.get(at..end));
    let slice = slice.context("its headers point beyond its end")?;
    Ok(slice.try_into()?)
}

/// The shortest bytes that pass for a program of the platform, for tests.
#[cfg(test)]
pub(crate) fn sample(platform: Platform) -> Vec<u8> {
    let (magic, at, machine): (&[u8], _, u32) = match platform {
        Platform::LinuxX64 => (b"\x7fELF\x02\x01", 0x12, 62),
        Platform::LinuxArm64 => (b"\x7fELF\x02\x01", 0x12, 183),
        Platform::WindowsX64 => (b"MZ", 0x44, 0x8664),
        Platform::WindowsArm64 => (b"MZ", 0x44, 0xaa64),
        Platform::MacX64 => (b"\xcf\xfa\xed\xfe", 4, 0x0100_0007),
        Platform::MacArm64 => (b"\xcf\xfa\xed\xfe", 4, 0x0100_000c),
    };
    // Room for one program header behind the ELF header.
    let mut bytes = vec![0; ELF_HEADER + 56];
    bytes[..magic.len()].copy_from_slice(magic);
    if platform.is_windows() {
        bytes[0x3c] = 0x40;
        bytes[0x40..0x44].copy_from_slice(b"PE\0\0");
    }
    bytes[at..at + 4].copy_from_slice(&machine.to_le_bytes());
    if platform.is_linux() {
        bytes[0x20] = 64;
        bytes[0x36] = 56;
        bytes[0x38] = 1;
        bytes[ELF_HEADER] = 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Platform, check, sample};

    #[test]
    fn a_program_passes_for_its_own_platform_only() {
        for platform in Platform::ALL {
            for other in Platform::ALL {
                let checked = check(&sample(platform), other);
                assert_eq!(checked.is_ok(), platform == other, "{platform:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_program_with_a_loader_is_told_from_one_without() {
        let mut program = sample(Platform::LinuxArm64);
        program[64] = 3;
        let error = check(&program, Platform::LinuxArm64).unwrap_err();
        assert!(error.to_string().contains("loader"), "{error}");
    }

    #[test]
    fn what_is_no_program_is_refused() {
        let refused = |bytes: &[u8], platform| check(bytes, platform).unwrap_err().to_string();
        let script = refused(b"#!/bin/sh", Platform::LinuxX64);
        assert_eq!(script, "it is no program for linux-x64");
        assert!(refused(b"MZ", Platform::WindowsX64).contains("beyond its end"));
        let short = &sample(Platform::LinuxX64)[..66];
        assert!(refused(short, Platform::LinuxX64).contains("beyond its end"));
        let mut far = sample(Platform::LinuxX64);
        far[0x20..0x28].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(refused(&far, Platform::LinuxX64).contains("beyond its end"));
    }
}

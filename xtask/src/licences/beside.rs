//! What is linked and stands in no manifest: the standard library, C libraries, and what compilers add of their own.

use crate::package::Platform;

/// One such piece.
#[derive(Debug)]
pub(crate) struct Beside {
    pub(crate) name: &'static str,
    /// SPDX expression.
    pub(crate) licence: &'static str,
    /// Beginnings of the names of platforms' folders whose programs hold it.
    on: &'static [&'static str],
    pub(super) terms: Terms,
}

/// What a notice has to say.
#[derive(Debug)]
pub(super) enum Terms {
    /// The MIT licence under this line.
    Mit(&'static str),
    /// The text as it comes with the piece.
    Text(&'static str),
    /// An exception of the licence waives the notice for what a compiler puts into programs.
    Waived,
}

const ALL: [Beside; 7] = [
    Beside {
        name: "Rust standard library, with the crates it is made of",
        licence: "MIT OR Apache-2.0",
        on: &[""],
        terms: Terms::Mit("Copyright (c) The Rust Project Contributors"),
    },
    Beside {
        name: "compiler-builtins of Rust",
        licence: "MIT AND Apache-2.0 WITH LLVM-exception",
        on: &[""],
        terms: Terms::Mit("Copyright (c) The Rust Project Contributors"),
    },
    Beside {
        name: "musl",
        licence: "MIT",
        on: &["linux"],
        terms: Terms::Text(include_str!("texts/musl.txt")),
    },
    Beside {
        name: "mingw-w64 runtime",
        licence: "ZPL-2.1",
        on: &["win32"],
        terms: Terms::Text(include_str!("texts/mingw-w64.txt")),
    },
    Beside {
        name: "GCC runtime library",
        licence: "GPL-3.0-or-later WITH GCC-exception-3.1",
        on: &["linux-x64", "win32-x64"],
        terms: Terms::Waived,
    },
    Beside {
        name: "compiler-rt of Zig",
        licence: "MIT",
        on: &["linux-arm64", "win32-arm64", "darwin"],
        terms: Terms::Mit("Copyright (c) Zig contributors"),
    },
    Beside {
        name: "LLVM libunwind",
        licence: "Apache-2.0 WITH LLVM-exception",
        on: &["linux-arm64", "win32-arm64"],
        terms: Terms::Waived,
    },
];

/// The pieces that programs of these platforms hold.
pub(super) fn on(platforms: &[Platform]) -> Vec<&'static Beside> {
    ALL.iter().filter(|it| it.is_on(platforms)).collect()
}

impl Beside {
    /// Whether programs of one of these platforms hold it.
    pub(crate) fn is_on(&self, platforms: &[Platform]) -> bool {
        let starts = |folder: &str| self.on.iter().any(|start| folder.starts_with(start));
        platforms.iter().any(|platform| starts(platform.folder()))
    }
}

//! SPDX licence expressions, as far as crates use them: `AND`, `OR`, `WITH`, brackets, and the old slash for a choice.

/// Whether the expression can be met with the allowed licences alone; an error says what is odd about it.
pub(super) fn permits(expression: &str, allowed: &[&str]) -> Result<bool, String> {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut reader = Reader {
        words: spaced.split_whitespace().collect(),
        at: 0,
        allowed,
    };
    let met = reader.choice()?;
    match reader.next() {
        None => Ok(met),
        Some(word) => Err(format!("{word} stands where AND or OR is wanted")),
    }
}

struct Reader<'a> {
    words: Vec<&'a str>,
    at: usize,
    allowed: &'a [&'a str],
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let word = self.words.get(self.at).copied();
        self.at += 1;
        word
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self.words.get(self.at) == Some(&word);
        self.at += usize::from(found);
        found
    }

    fn choice(&mut self) -> Result<bool, String> {
        let mut met = self.together()?;
        while self.takes("OR") {
            met |= self.together()?;
        }
        Ok(met)
    }

    fn together(&mut self) -> Result<bool, String> {
        let mut met = self.one()?;
        while self.takes("AND") {
            met &= self.one()?;
        }
        Ok(met)
    }

    fn one(&mut self) -> Result<bool, String> {
        let word = self.next().unwrap_or_default();
        if word == "(" {
            let met = self.choice()?;
            return match self.takes(")") {
                true => Ok(met),
                false => Err("a bracket is not closed".to_owned()),
            };
        }
        if matches!(word, "" | ")" | "AND" | "OR" | "WITH") {
            return Err("a licence is missing".to_owned());
        }
        if self.takes("WITH") {
            let exception = self.next().unwrap_or_default();
            return Ok(self.allowed.contains(&&*format!("{word} WITH {exception}")));
        }
        Ok(self.allowed.contains(&word))
    }
}

#[cfg(test)]
mod tests {
    use super::permits;

    const ALLOWED: [&str; 3] = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];

    #[test]
    fn a_choice_needs_one_and_a_sum_needs_all() {
        for (expression, met) in [
            ("MIT", true),
            ("GPL-2.0-only", false),
            ("MIT OR GPL-2.0-only", true),
            ("GPL-2.0-only/MIT", true),
            ("MIT AND GPL-2.0-only", false),
            ("MIT AND ISC", true),
            ("GPL-2.0-only OR MIT AND ISC", true),
            ("(GPL-2.0-only OR MIT) AND Zlib", false),
            ("(GPL-2.0-only OR MIT) AND ISC", true),
            ("Apache-2.0", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("MIT WITH LLVM-exception", false),
        ] {
            assert_eq!(permits(expression, &ALLOWED), Ok(met), "{expression}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for odd in [
            "",
            "MIT OR",
            "(MIT",
            "MIT)",
            "MIT ISC",
            "AND MIT",
            "WITH x",
            "MIT OR OR ISC",
        ] {
            assert!(permits(odd, &ALLOWED).is_err(), "{odd}");
        }
    }
}

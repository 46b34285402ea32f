//! Test results as JUnit writes them, in numbers.

use quick_xml::Reader;
use quick_xml::events::Event;

/// What a file of test results comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tests {
    pub(crate) total: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

/// Counts test cases; `None` where the text is no JUnit file. The cases are counted rather than the totals believed
/// that a suite states about itself, because the dialects disagree on what those include.
pub(crate) fn read(text: &[u8]) -> Option<Tests> {
    let mut reader = Reader::from_reader(text);
    let mut tests = Tests::default();
    let (mut is_junit, mut case) = (false, None);
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "testsuites" | "testsuite" => is_junit = true,
                "testcase" => case = Some(Case::Passed),
                other => judge(&mut case, other),
            },
            Event::Empty(element) => match element.local_name().as_ref() {
                "testsuites" | "testsuite" => is_junit = true,
                "testcase" => tests.count(Case::Passed),
                other => judge(&mut case, other),
            },
            Event::End(element) if element.local_name().as_ref() == "testcase" => {
                if let Some(case) = case.take() {
                    tests.count(case);
                }
            }
            Event::Eof => break,
            _ if !is_junit && reader.buffer_position() > 64 * 1024 => return None,
            _ => {}
        }
    }
    // A file that ends in the middle says less than it should.
    (is_junit && case.is_none()).then_some(tests)
}

#[derive(Debug, Clone, Copy)]
enum Case {
    Passed,
    Skipped,
    Failed,
}

/// What an element inside a test case makes of it. The worst counts.
fn judge(case: &mut Option<Case>, element: &str) {
    if let Some(case) = case {
        match element {
            "failure" | "error" => *case = Case::Failed,
            "skipped" if !matches!(case, Case::Failed) => *case = Case::Skipped,
            _ => {}
        }
    }
}

impl Tests {
    fn count(&mut self, case: Case) {
        self.total += 1;
        match case {
            Case::Passed => {}
            Case::Skipped => self.skipped += 1,
            Case::Failed => self.failed += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cases_are_counted_and_not_the_totals_believed() {
        let text = br#"<?xml version="1.0"?><testsuites tests="99"><testsuite name="a" tests="4" failures="0">
            <testcase name="1"/><testcase name="2"><failure message="x">boom &lt;b&gt;</failure></testcase>
            <testcase name="3"><skipped/></testcase><testcase name="4"><error/><skipped/></testcase>
            <testcase name="5"><system-out><![CDATA[<failure/>]]></system-out></testcase>
            </testsuite></testsuites>"#;
        let expected = Tests {
            total: 5,
            failed: 2,
            skipped: 1,
        };
        assert_eq!(read(text), Some(expected));
        assert_eq!(read(b"<testsuite/>"), Some(Tests::default()));
    }

    #[test]
    fn other_files_are_none() {
        for text in [
            &b"<coverage line-rate=\"1\"/>"[..],
            b"",
            b"not xml",
            b"<testsuite><testcase>",
            b"<testsuite></testcase>",
            &[0xff, 0xfe, 0x00],
        ] {
            assert_eq!(read(text), None, "{}", String::from_utf8_lossy(text));
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_counted(cases in proptest::collection::vec(0..3_u8, 0..50)) {
            let mut text = "<testsuites><testsuite>".to_owned();
            for case in &cases {
                text += ["<testcase/>", "<testcase><skipped/></testcase>", "<testcase><failure/></testcase>"]
                    [usize::from(*case)];
            }
            text += "</testsuite></testsuites>";
            let count = |kind| cases.iter().filter(|case| **case == kind).count() as u64;
            let expected = Tests { total: cases.len() as u64, failed: count(2), skipped: count(1) };
            prop_assert_eq!(read(text.as_bytes()), Some(expected));
        }

        #[test]
        fn nothing_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }
    }
}

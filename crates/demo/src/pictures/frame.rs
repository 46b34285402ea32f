//! The pages that are drawn: Markdown as any renderer shows it, and a log, each on plain paper. Nothing of a product's
//! own pages is imitated.

use pulldown_cmark::{Options, Parser, html};

const STYLE: &str = "\
    body { margin: 0; background: #eef1f4; font: 15px/1.45 'DejaVu Sans', Verdana, sans-serif; color: #1d2733 }\
    main { padding: 20px 24px 24px }\
    section { background: #fff; border: 1px solid #d5dbe1; padding: 4px 24px 16px }\
    h3 { font-size: 19px; margin: 14px 0 10px } h4 { font-size: 15px; margin: 16px 0 8px }\
    table { border-collapse: collapse } th, td { border: 1px solid #d5dbe1; padding: 4px 12px; text-align: left }\
    thead tr:not(:has(th:not(:empty))) { display: none }\
    th { background: #f5f7f9 } a { color: #0b61a4; text-decoration: none }\
    blockquote { border-left: 4px solid #d5dbe1; margin: 8px 0; padding: 2px 14px; color: #45525f }\
    code { font-size: 13px; background: #f2f4f6; padding: 1px 4px } ul { margin: 6px 0; padding-left: 22px }\
    .log { font: 13px/1.5 'DejaVu Sans Mono', Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere }\
    .heading { font-weight: bold; margin-top: 12px } .waits { color: #8a5a00; font-weight: bold }\
    .passed { color: #14692f; font-weight: bold }";

/// The page that a task adds to a run.
pub(crate) fn summary(markdown: &str) -> String {
    page(&format!("<section>{}</section>", rendered(markdown)))
}

/// A log, line by line; the words that matter are set off.
pub(crate) fn log(text: &str) -> String {
    let lines: String = text
        .lines()
        .map(|line| {
            let told = line.trim_start();
            let class = match told {
                "passed" => "passed",
                "not passed" => "waits",
                told if told.len() == line.len() => "heading",
                _ => "line",
            };
            let indent = line.len() - told.len();
            let told = escaped(told);
            format!("<div class={class} style=\"padding-left: {indent}ch\">{told}</div>")
        })
        .collect();
    page(&format!("<section class=log>{lines}</section>"))
}

/// Markdown with tables, as GitHub writes it.
fn rendered(markdown: &str) -> String {
    let mut out = String::new();
    html::push_html(
        &mut out,
        Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_GFM),
    );
    out
}

fn page(body: &str) -> String {
    format!(
        "<!DOCTYPE html><meta charset=utf-8><link rel=icon href=data:,><title>0</title><style>{STYLE}</style>\
         <main>{body}</main><script>document.title = \
         Math.ceil(document.querySelector('main').getBoundingClientRect().height)</script>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{log, summary};

    #[test]
    fn markdown_is_rendered_with_its_tables() {
        let page = summary("### Head\n\n| | |\n|---|---|\n| Change | [CHG1](http://a/) |\n");
        assert!(page.contains("<h3>Head</h3>"), "{page}");
        assert!(
            page.contains("<td><a href=\"http://a/\">CHG1</a></td>"),
            "{page}"
        );
    }

    #[test]
    fn a_log_is_text_and_its_verdicts_stand_out() {
        let page = log("Sample 1\n  <b>\n  not passed\n  passed");
        for line in [
            "<div class=heading style=\"padding-left: 0ch\">Sample 1</div>",
            "<div class=line style=\"padding-left: 2ch\">&lt;b&gt;</div>",
            "<div class=waits style=\"padding-left: 2ch\">not passed</div>",
            "<div class=passed style=\"padding-left: 2ch\">passed</div>",
        ] {
            assert!(page.contains(line), "{line}: {page}");
        }
    }
}

use redact::Secret;
use reqwest::header::HeaderMap;

use super::*;
use crate::request::Effect;

fn note(receipts: &Receipts, path: &str, body: &[u8]) {
    let request = Request::get(format!("http://h.example{path}?q=hidden").parse().unwrap());
    let headers = HeaderMap::from_iter([(
        "content-type".parse().unwrap(),
        "text/plain".parse().unwrap(),
    )]);
    let party = "h.example".to_owned();
    let response = Response {
        party,
        effect: Effect::Read,
        status: 200,
        headers,
        body: body.to_vec(),
    };
    receipts.note(
        SystemTime::UNIX_EPOCH,
        Duration::from_millis(7),
        &request,
        &Ok(response),
    );
}

#[test]
fn bodies_together_stay_within_their_budget_and_the_newest_stay() {
    let receipts = Receipts::new(Masker::default());
    let body = vec![b'x'; BODY];
    for n in 0..300 {
        note(&receipts, &format!("/{n}"), &body);
    }
    let all = receipts.all();
    let with_body = all
        .iter()
        .filter(|receipt| receipt.response_body.is_some())
        .count();
    assert_eq!((all.len(), with_body), (300, ALL_BODIES / BODY));
    assert!(all[299].response_body.is_some() && all[0].response_body.is_none());
    assert_eq!(all[0].path, "/0");
    assert_eq!(receipts.lock().size, ALL_BODIES);
}

#[test]
fn the_oldest_receipts_go_when_there_are_too_many() {
    let receipts = Receipts::new(Masker::default());
    for n in 0..MOST + 5 {
        note(&receipts, &format!("/{n}"), b"x");
    }
    let all = receipts.take();
    assert_eq!((all.len(), all[0].path.as_str()), (MOST, "/5"));
    note(&receipts, "/next", b"x");
    assert_eq!((receipts.all().len(), receipts.lock().size), (1, 1));
}

#[test]
fn dropping_a_receipt_that_lost_its_body_keeps_the_sum_right() {
    let receipts = Receipts::new(Masker::default());
    let body = vec![b'x'; BODY];
    for n in 0..MOST + 200 {
        note(
            &receipts,
            &format!("/{n}"),
            if n % 10 == 0 { &body } else { b"y" },
        );
    }
    let kept = receipts.lock();
    assert_eq!(
        kept.size,
        kept.receipts.iter().map(Receipt::size).sum::<usize>()
    );
    assert!(kept.size <= ALL_BODIES);
}

#[test]
fn no_secret_is_cut_in_two() {
    let masker = Masker::default();
    masker.add(&Secret::new("a-long-secret"));
    let receipts = Receipts::new(masker);
    for before in BODY - 20..BODY + 2 {
        let body = format!("{}a-long-secret and more", ".".repeat(before));
        note(&receipts, "/", body.as_bytes());
    }
    for receipt in receipts.all() {
        let body = receipt.response_body.unwrap();
        assert!(!body.contains("a-"), "{}", &body[BODY - 30..]);
    }
}

#[test]
fn a_path_that_holds_a_secret_is_masked() {
    let masker = Masker::default();
    masker.add(&Secret::new("secret words"));
    let receipts = Receipts::new(masker);
    note(&receipts, "/a/secret%20words/b", b"");
    assert_eq!(receipts.all()[0].path, "/a/***/b");
}

#[test]
fn text_is_told_from_bytes_by_its_type() {
    let table = [
        ("application/json;charset=utf-8", true),
        ("application/scim+json", true),
        ("TEXT/HTML", true),
        ("application/xml", true),
        ("application/octet-stream", false),
        ("image/png", false),
        ("", false),
    ];
    for (content_type, expected) in table {
        assert_eq!(is_text(content_type), expected, "{content_type}");
    }
}

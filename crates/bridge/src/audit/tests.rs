use super::*;

#[test]
fn evidence_hides_what_signs_in_but_not_words() {
    let secrets = ["a-token-of-our-own", "admin"].map(Secret::new);
    let masker = evidence_masker(&secrets);
    let text = "admin pasted a-token-of-our-own into a note";
    assert_eq!(masker.mask(text), "admin pasted *** into a note");
}

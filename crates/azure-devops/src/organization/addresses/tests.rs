use proptest::prelude::*;

use super::*;

fn api(collection: &str, project: &str) -> (String, String) {
    let addresses = Addresses::new(collection.parse().unwrap());
    let place = Place::new(&addresses, Segment::new(project).unwrap());
    let url = |url: Url| url.as_str().to_owned();
    (
        url(place.api(&["x"], "7.1")),
        url(place.release_api(&["x"], "7.1")),
    )
}

#[test]
fn every_form_of_a_collection_leads_to_its_apis() {
    const END: &str = "/P/_apis/x?api-version=7.1";
    for (collection, base, releases) in [
        (
            "https://dev.azure.com/fabrikam/",
            "https://dev.azure.com/fabrikam",
            "https://vsrm.dev.azure.com/fabrikam",
        ),
        (
            "https://dev.azure.com/fabrikam",
            "https://dev.azure.com/fabrikam",
            "https://vsrm.dev.azure.com/fabrikam",
        ),
        (
            "https://vsrm.dev.azure.com/fabrikam/",
            "https://dev.azure.com/fabrikam",
            "https://vsrm.dev.azure.com/fabrikam",
        ),
        (
            "https://Fabrikam.VisualStudio.com",
            "https://fabrikam.visualstudio.com",
            "https://fabrikam.vsrm.visualstudio.com",
        ),
        (
            "https://fabrikam.vsrm.visualstudio.com/DefaultCollection/",
            "https://fabrikam.visualstudio.com/DefaultCollection",
            "https://fabrikam.vsrm.visualstudio.com/DefaultCollection",
        ),
        (
            "https://tfs.example:8443/tfs/Big%20One//",
            "https://tfs.example:8443/tfs/Big%20One",
            "https://tfs.example:8443/tfs/Big%20One",
        ),
        (
            "http://127.0.0.1:8081/fabrikam",
            "http://127.0.0.1:8081/fabrikam",
            "http://127.0.0.1:8081/fabrikam",
        ),
        (
            "http://127.0.0.1:8081/",
            "http://127.0.0.1:8081",
            "http://127.0.0.1:8081",
        ),
        (
            "https://user:secret@tfs.example/c?x=1#y",
            "https://tfs.example/c",
            "https://tfs.example/c",
        ),
    ] {
        let expected = (format!("{base}{END}"), format!("{releases}{END}"));
        assert_eq!(api(collection, "P"), expected, "{collection}");
    }
}

#[test]
fn a_project_is_one_segment_whatever_it_holds() {
    for (project, segment) in [
        ("Fabrikam Fiber", "Fabrikam%20Fiber"),
        ("Größe", "Gr%C3%B6%C3%9Fe"),
        ("a/b", "a%2Fb"),
        ("100%?#", "100%25%3F%23"),
        ("%2e%2e", "%252e%252e"),
        ("..%2f..", "..%252f.."),
        ("...", "..."),
    ] {
        let (url, _) = api("https://dev.azure.com/fabrikam/", project);
        let expected = format!("https://dev.azure.com/fabrikam/{segment}/_apis/x?api-version=7.1");
        assert_eq!(url, expected);
    }
    for unusable in ["", " ", ".", "..", " .. ", "a\nb", "a\0"] {
        assert!(Segment::new(unusable).is_none(), "{unusable:?}");
    }
}

#[test]
fn pages_for_people_are_below_the_collection() {
    let addresses = Addresses::new("https://tfs.example/tfs/C/".parse().unwrap());
    let place = Place::new(&addresses, Segment::new("A B").unwrap());
    assert_eq!(
        place
            .page(&["_build", "results"], &[("buildId", "7")])
            .as_str(),
        "https://tfs.example/tfs/C/A%20B/_build/results?buildId=7"
    );
    assert_eq!(
        place.page(&["_workitems", "edit", "7"], &[]).as_str(),
        "https://tfs.example/tfs/C/A%20B/_workitems/edit/7"
    );
}

#[test]
fn only_links_into_the_organization_are_kept() {
    let own = "https://dev.azure.com/fabrikam/x/_build/results?buildId=1";
    let legacy = "https://fabrikam.visualstudio.com/x/_build/results?buildId=1";
    for (collection, link, kept) in [
        ("https://dev.azure.com/fabrikam/", own, true),
        (
            "https://dev.azure.com/fabrikam/",
            "https://dev.azure.com/Fabrikam/x",
            true,
        ),
        (
            "https://dev.azure.com/fabrikam/",
            "https://dev.azure.com:443/fabrikam",
            true,
        ),
        ("https://dev.azure.com/fabrikam/", legacy, true),
        ("https://fabrikam.visualstudio.com", own, true),
        (
            "https://fabrikam.visualstudio.com",
            "https://dev.azure.com/fabrikam2/x",
            false,
        ),
        (
            "https://dev.azure.com/fabrikam/",
            "http://dev.azure.com/fabrikam/x",
            false,
        ),
        (
            "https://dev.azure.com/fabrikam/",
            "https://dev.azure.com/fabrikam-evil/x",
            false,
        ),
        (
            "https://dev.azure.com/fabrikam/",
            "https://dev.azure.com/fabrikam/../evil/",
            false,
        ),
        (
            "https://dev.azure.com/fabrikam/",
            "https://dev.azure.com/fabrikam/%2e%2E/evil/",
            false,
        ),
        (
            "https://dev.azure.com/fabrikam/",
            "https://user@dev.azure.com/fabrikam/x",
            false,
        ),
        (
            "https://dev.azure.com/fabrikam/",
            "https://dev.azure.com.evil.example/fabrikam/x",
            false,
        ),
        (
            "https://dev.azure.com/fabrikam/",
            "https://evil.visualstudio.com/fabrikam/x",
            false,
        ),
        (
            "https://dev.azure.com/fabrikam/",
            "javascript:alert(1)",
            false,
        ),
        ("https://dev.azure.com/fabrikam/", "/fabrikam/x", false),
        (
            "http://127.0.0.1:8081/fabrikam",
            "http://127.0.0.1:8082/fabrikam/x",
            false,
        ),
        ("http://127.0.0.1:8081/", "http://127.0.0.1:8081/x", true),
    ] {
        let addresses = Addresses::new(collection.parse().unwrap());
        assert_eq!(
            addresses.own_link(link).is_some(),
            kept,
            "{collection} {link}"
        );
    }
}

fn decoded(segment: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), segment.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let hex = String::from_utf8(vec![*high, *low]).unwrap();
                (u8::from_str_radix(&hex, 16).unwrap(), after)
            }
            _ => (*first, after),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).unwrap()
}

proptest! {
    #[test]
    fn a_project_reads_back_from_its_segment(project in "\\PC{1,30}", trailing in "/{0,3}", prefix in "(/[a-z]{1,5}){0,2}") {
        prop_assume!(Segment::new(&project).is_some());
        let collection = format!("http://127.0.0.1:81{prefix}{trailing}");
        let (url, _) = api(&collection, &project);
        let url = Url::parse(&url).unwrap();
        let segments: Vec<&str> = url.path_segments().unwrap().collect();
        let depth = prefix.matches('/').count();
        prop_assert_eq!(segments.len(), depth + 3);
        prop_assert_eq!(decoded(segments[depth]), project);
    }

    #[test]
    fn a_link_that_is_kept_is_on_an_own_host(link in "(https?://)?[a-z@./:%\\\\]{0,20}(dev.azure.com|fabrikam.visualstudio.com)?[a-z@./:%\\\\]{0,20}") {
        let addresses = Addresses::new("https://dev.azure.com/fabrikam".parse().unwrap());
        if let Some(kept) = addresses.own_link(&link) {
            prop_assert!(["dev.azure.com", "fabrikam.visualstudio.com"].contains(&kept.host_str().unwrap()));
            prop_assert_eq!(kept.scheme(), "https");
        }
    }
}

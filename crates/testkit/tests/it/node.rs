use std::process::Command;

use testkit::node::{Version, executable};

#[test]
fn every_version_of_node_is_the_one_asked_for() {
    for version in Version::ALL {
        let printed = Command::new(executable(version).unwrap())
            .arg("--version")
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(printed.stdout).unwrap().trim(),
            format!("v{}", version.exact())
        );
    }
}

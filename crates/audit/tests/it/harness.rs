//! Both parties, with one deployment by the book that a test bends.

use std::sync::Arc;
use std::time::Duration;

use audit::collect::{self, Piece, Scope};
use audit::{Hints, Ruling, Trail, Verdict};
use azure_devops::Organization;
use azure_devops_sim::{
    ArtifactSeed, CommitSeed, DeploymentSeed, PullRequestSeed, RunSeed, Sim as Azure, StageSeed,
    TestRunSeed, WorkItemSeed,
};
use redact::Secret;
use serde_json::json;
use servicenow::Instance;
use servicenow_sim::Sim as ServiceNow;

pub(crate) const RUN: u64 = 5000;
pub(crate) const NUMBER: &str = "CHG0031000";
pub(crate) const COMMIT: &str = "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b";

pub(crate) struct World {
    pub(crate) servicenow: ServiceNow,
    pub(crate) azure: Azure,
    /// The key of the change.
    pub(crate) change: String,
}

/// Approved at 09:12 and 09:15, deployed from 09:20 to 09:40, closed as successful at 09:41.
pub(crate) fn world() -> World {
    let servicenow = ServiceNow::start(servicenow_sim::Options {
        journal_readers: vec!["itil".to_owned()],
        ..servicenow_sim::Options::default()
    });
    let azure = Azure::start(azure_devops_sim::Options::default());
    plant_run(&azure);
    let change = plant_change(&servicenow, &azure);
    let world = World {
        servicenow,
        azure,
        change,
    };
    world.approve("nina.network", "2026-11-25 09:12:00");
    world.approve("carla.cab", "2026-11-25 09:15:00");
    world.note("Deployed.");
    world
}

/// The run without a stage.
pub(crate) fn plant_bare_run(azure: &Azure) {
    azure.seed_run(RunSeed {
        id: Some(RUN),
        number: Some("20261125.7".to_owned()),
        ..RunSeed::default()
    });
    azure.add_commits(
        RUN,
        vec![CommitSeed {
            id: Some(COMMIT.to_owned()),
            ..CommitSeed::default()
        }],
    );
    let story = azure.add_work_item(WorkItemSeed {
        title: "Blue shoes".to_owned(),
        ..WorkItemSeed::default()
    });
    azure.link_work_items(RUN, &[story]);
    azure.add_pull_request(PullRequestSeed::default());
    azure.add_test_run(RUN, TestRunSeed::default());
    azure.add_artifact(RUN, ArtifactSeed::default());
}

fn plant_run(azure: &Azure) {
    plant_bare_run(azure);
    azure.seed_stage(RUN, "Production", 1, StageSeed::default());
    let environment = azure.add_environment("shop-production");
    azure.add_deployment(environment, RUN, DeploymentSeed::default());
}

fn plant_change(servicenow: &ServiceNow, azure: &Azure) -> String {
    let account = servicenow.id_of("sys_user", "user_name", "svc.azure");
    servicenow.seed(
        "change_request",
        json!({
            "number": NUMBER,
            "short_description": "Deploy shop to production",
            "description": "Service: shop",
            "type": "normal",
            "state": "3",
            "approval": "approved",
            "start_date": "2026-11-25 09:00:00",
            "end_date": "2026-11-25 10:00:00",
            "work_start": "2026-11-25 09:20:00",
            "work_end": "2026-11-25 09:40:00",
            "sys_created_on": "2026-11-25 09:10:05",
            "opened_at": "2026-11-25 09:10:05",
            "closed_at": "2026-11-25 09:41:00",
            "close_code": "successful",
            "close_notes": "Deployed.",
            "correlation_id": format!("azdo:{}:run:{RUN}:Production", azure.project().id),
            "requested_by": account,
            "opened_by": account,
            "closed_by": account,
        }),
    )
}

impl World {
    pub(crate) fn approve(&self, user_name: &str, at: &str) -> String {
        self.answer(user_name, "approved", at)
    }

    /// Somebody who was asked answers.
    pub(crate) fn answer(&self, user_name: &str, state: &str, at: &str) -> String {
        let approver = self.servicenow.id_of("sys_user", "user_name", user_name);
        let row = json!({
            "sysapproval": self.change,
            "source_table": "change_request",
            "approver": approver,
            "state": state,
            "sys_created_on": "2026-11-25 09:11:00",
            "sys_updated_on": at,
        });
        self.servicenow.seed("sysapproval_approver", row)
    }

    pub(crate) fn note(&self, text: &str) {
        self.note_at(text, "2026-11-25 09:41:00");
    }

    pub(crate) fn note_at(&self, text: &str, at: &str) {
        self.servicenow.seed(
            "sys_journal_field",
            json!({
                "element_id": self.change,
                "name": "change_request",
                "element": "work_notes",
                "value": text,
                "sys_created_on": at,
                "sys_created_by": "svc.azure",
            }),
        );
    }

    pub(crate) fn set(&self, column: &str, value: &str) {
        self.servicenow
            .set("change_request", &self.change, column, value);
    }

    pub(crate) fn instance(&self) -> Instance {
        let credentials = self.servicenow.credentials();
        let auth = servicenow::Auth::Basic {
            user: credentials.user,
            password: Secret::new(credentials.password),
        };
        Instance::new(self.servicenow.url().parse().unwrap(), auth, http())
            .with_clock(Arc::new(|| "2026-11-25T12:00:00Z".parse().unwrap()))
    }

    pub(crate) fn organization(&self) -> Organization {
        let auth = azure_devops::Auth::Pat(Secret::new(self.azure.pat()));
        Organization::new(self.azure.collection().parse().unwrap(), auth, http())
    }

    pub(crate) fn hints(&self) -> Hints {
        Hints {
            environment: Some("shop-production".to_owned()),
            integration_account: Some("svc.azure".to_owned()),
            ..Hints::default()
        }
    }

    /// The report, and how many commits and work items passed by.
    pub(crate) async fn report(&self, hints: &Hints, scope: Scope) -> (Trail, usize, usize) {
        let instance = self.instance();
        let number = NUMBER.parse().unwrap();
        let request = instance
            .change_requests()
            .by_number(&number)
            .await
            .unwrap()
            .unwrap();
        let (mut commits, mut items) = (0, 0);
        let mut all = |piece: Piece<'_>| match piece {
            Piece::Commit(_) => commits += 1,
            Piece::WorkItem(_) => items += 1,
        };
        let organization = self.organization();
        let read = collect::change(&instance, &request).await.unwrap();
        let places = collect::places(&read);
        let trail = collect::follow(
            read,
            places,
            Some(&organization),
            scope,
            hints,
            instance.now(),
            &mut all,
        )
        .await;
        (trail, commits, items)
    }

    pub(crate) async fn trail(&self) -> Trail {
        self.report(&self.hints(), Scope::ALL).await.0
    }

    /// Nothing was asked that a careful client would not ask.
    pub(crate) fn assert_clean(&self) {
        assert_eq!(self.servicenow.findings(), []);
        assert_eq!(self.azure.findings(), []);
    }
}

fn http() -> outbound::Client {
    let settings = outbound::Settings {
        limits: outbound::Limits {
            total: Duration::from_secs(10),
            ..outbound::Limits::default()
        },
        retry: outbound::Retry {
            base: Duration::from_millis(1),
            cap: Duration::from_millis(5),
            ..outbound::Retry::default()
        },
        breaker: outbound::Breaker {
            failures: 1000,
            ..outbound::Breaker::default()
        },
        ..outbound::Settings::default()
    };
    outbound::Client::new(settings).unwrap()
}

pub(crate) fn finding<'a>(trail: &'a Trail, rule: &str) -> &'a Ruling {
    let found = trail.findings.iter().find(|finding| finding.rule == rule);
    found.unwrap_or_else(|| panic!("{rule}: {:#?}", trail.findings))
}

pub(crate) fn found(trail: &Trail) -> Vec<(&'static str, Verdict)> {
    trail
        .findings
        .iter()
        .map(|finding| (finding.rule, finding.verdict))
        .collect()
}

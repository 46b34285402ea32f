use change::{Approval, State, Type};
use servicenow::{Error, Fields, NewChange};
use servicenow_sim::FindingKind;

use crate::harness::{
    KEY, assert_clean, calls, column, id, instance, new_change, number, sim, sim_without_change_api,
};

const TEMPLATE: &str = "Deploy web shop";

fn standard(sim: &servicenow_sim::Sim) -> NewChange {
    let template = sim.id_of("std_change_record_producer", "name", TEMPLATE);
    NewChange {
        kind: Some(Type::Standard),
        template: Some(id(&template)),
        fields: Fields::new(),
        ..new_change(sim)
    }
}

#[tokio::test]
async fn a_normal_change_is_opened_in_one_call_with_its_key() {
    let sim = sim();
    let instance = instance(&sim);
    let written = instance
        .change_requests()
        .create(&new_change(&sim))
        .await
        .unwrap();

    assert_eq!(calls(&sim), ["POST /api/now/v2/table/change_request"]);
    assert_eq!(written.dropped, []);
    let change = written.request;
    assert_eq!(
        (change.state, change.approval),
        (State::New, Approval::NotRequested)
    );
    assert_eq!(change.kind, Type::Normal);
    assert_eq!(change.correlation, KEY);
    assert_eq!(change.assignment_group.as_deref(), Some("Network"));
    assert_eq!(number(&sim, &change.sys_id), change.number.as_str());
    assert_eq!(
        column(&sim, &change.sys_id, "correlation_display"),
        "shop, run 4711, Production"
    );
    let request = &sim.requests()[0];
    let header = |name: &str| {
        let found = request
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    };
    assert_eq!(header("accept").as_deref(), Some("application/json"));
    assert_eq!(header("content-type").as_deref(), Some("application/json"));
    assert_clean(&sim);
}

#[tokio::test]
async fn an_emergency_and_a_model_driven_change_say_what_they_are() {
    let sim = sim();
    let instance = instance(&sim);
    let emergency = NewChange {
        kind: Some(Type::Emergency),
        ..new_change(&sim)
    };
    let written = instance.change_requests().create(&emergency).await.unwrap();
    assert_eq!(written.request.kind, Type::Emergency);

    let model = sim.id_of("chg_model", "name", "Application Release");
    let modelled = NewChange {
        kind: None,
        model: Some(id(&model)),
        ..new_change(&sim)
    };
    let written = instance.change_requests().create(&modelled).await.unwrap();
    assert_eq!(written.dropped, []);
    assert_eq!(column(&sim, &written.request.sys_id, "chg_model"), model);
    assert_clean(&sim);
}

#[tokio::test]
async fn times_are_written_as_the_instance_reads_them_and_come_back_the_same() {
    let sim = sim();
    let instance = instance(&sim);
    let (start, end) = (
        "2026-03-07T06:00:00Z".parse().unwrap(),
        "2026-03-07T08:30:15Z".parse().unwrap(),
    );
    let mut new = new_change(&sim);
    new.fields = new
        .fields
        .set_time("start_date", start)
        .set_time("end_date", end);
    let written = instance.change_requests().create(&new).await.unwrap();
    assert_eq!(written.dropped, []);
    assert_eq!(written.request.window.start, Some(start));
    assert_eq!(written.request.window.end, Some(end));
    assert_eq!(
        column(&sim, &written.request.sys_id, "end_date"),
        "2026-03-07 08:30:15"
    );
    assert_clean(&sim);
}

#[tokio::test]
async fn a_column_that_does_not_exist_and_one_that_is_cut_are_named() {
    let sim = sim();
    let instance = instance(&sim);
    let mut new = new_change(&sim);
    let long = "x".repeat(300);
    new.fields = new
        .fields
        .set("u_release_train", "7")
        .set("short_description", long.as_str());
    let written = instance.change_requests().create(&new).await.unwrap();
    let dropped: Vec<_> = written
        .dropped
        .iter()
        .map(|d| (d.column.as_str(), d.stored.as_ref().map(String::len)))
        .collect();
    assert_eq!(
        dropped,
        [("short_description", Some(160)), ("u_release_train", None)]
    );
    let kinds: Vec<_> = sim.findings().iter().map(|f| f.kind).collect();
    assert!(kinds.contains(&FindingKind::UnknownField), "{kinds:?}");
}

#[tokio::test]
async fn a_standard_change_from_its_template_bears_the_key() {
    let sim = sim();
    let instance = instance(&sim);
    let mut new = standard(&sim);
    new.fields = new.fields.set("description", "not to be overridden");
    let written = instance.change_requests().create(&new).await.unwrap();

    let change = written.request;
    assert_eq!(change.kind, Type::Standard);
    assert_eq!(change.correlation, KEY);
    assert_eq!(change.short_description, TEMPLATE);
    assert_eq!(
        change.assignment_group.as_deref(),
        Some("Platform Operations")
    );
    let dropped: Vec<&str> = written.dropped.iter().map(|d| d.column.as_str()).collect();
    assert_eq!(dropped, ["description"]);
    assert_eq!(column(&sim, &change.sys_id, "correlation_id"), KEY);
    let template = new.template.unwrap();
    assert_eq!(
        calls(&sim)[0],
        format!("POST /api/sn_chg_rest/v1/change/standard/{template}")
    );
    assert_eq!(instance.notices(), Vec::<String>::new());
    assert_clean(&sim);
}

#[tokio::test]
async fn without_the_change_api_a_standard_change_is_inserted_with_its_templates_version() {
    let sim = sim_without_change_api();
    let instance = instance(&sim);
    let new = standard(&sim);
    let written = instance.change_requests().create(&new).await.unwrap();

    let change = written.request;
    assert_eq!(written.dropped, []);
    assert_eq!(
        (change.kind, change.correlation.as_str()),
        (Type::Standard, KEY)
    );
    let version = sim.id_of("std_change_producer_version", "name", TEMPLATE);
    assert_eq!(
        column(&sim, &change.sys_id, "std_change_producer_version"),
        version
    );
    let notices = instance.notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].contains("sn_chg_rest"), "{notices:?}");

    // What was learnt is kept: the next one does not knock at the missing door.
    sim.forget_requests();
    instance.change_requests().create(&new).await.unwrap();
    assert!(calls(&sim).iter().all(|call| !call.contains("sn_chg_rest")));
    assert_eq!(instance.notices(), Vec::<String>::new());
    assert_clean(&sim);
}

#[tokio::test]
async fn without_the_change_api_a_versions_key_does_as_well_as_its_templates() {
    let sim = sim_without_change_api();
    let instance = instance(&sim);
    let version = sim.id_of("std_change_producer_version", "name", TEMPLATE);
    let new = NewChange {
        template: Some(id(&version)),
        ..standard(&sim)
    };
    let written = instance.change_requests().create(&new).await.unwrap();
    assert_eq!(
        column(&sim, &written.request.sys_id, "std_change_producer_version"),
        version
    );
}

#[tokio::test]
async fn without_the_change_api_a_version_is_found_by_name_or_left_out_with_a_notice() {
    let sim = sim_without_change_api();
    let instance = instance(&sim);
    let new = standard(&sim);
    let template = new.template.clone().unwrap();
    sim.set(
        "std_change_record_producer",
        template.as_str(),
        "current_version",
        "",
    );
    let opened = async || {
        let written = instance.change_requests().create(&new).await.unwrap();
        column(&sim, &written.request.sys_id, "std_change_producer_version")
    };
    let version = sim.id_of("std_change_producer_version", "name", TEMPLATE);
    assert_eq!(opened().await, version);

    sim.remove("std_change_producer_version", &version);
    let _ = instance.notices();
    assert_eq!(opened().await, "");
    assert!(instance.notices()[0].contains("version"));
}

#[tokio::test]
async fn an_unknown_template_opens_nothing() {
    for sim in [sim(), sim_without_change_api()] {
        let instance = instance(&sim);
        let new = NewChange {
            template: Some(id(&"f".repeat(32))),
            ..standard(&sim)
        };
        let error = instance.change_requests().create(&new).await.unwrap_err();
        assert!(matches!(*error, Error::NotFound { .. }), "{error:?}");
        assert_eq!(sim.find("change_request", "correlation_id", KEY).len(), 0);
    }
}

#[tokio::test]
async fn approval_and_state_are_not_written_when_opening() {
    let sim = sim();
    let instance = instance(&sim);
    for (column, value) in [("approval", "approved"), ("state", "-1")] {
        let mut new = new_change(&sim);
        new.fields = new.fields.set(column, value);
        let error = instance.change_requests().create(&new).await.unwrap_err();
        assert!(
            matches!(&*error, Error::NotWritable { column: c, .. } if c == column),
            "{error:?}"
        );
    }
    assert_eq!(calls(&sim), Vec::<String>::new());
}

#[tokio::test]
async fn an_account_that_may_only_read_is_told_which_role_is_missing() {
    let sim = sim();
    let reader = crate::harness::user(&sim, "rita.reader");
    let error = reader
        .change_requests()
        .create(&new_change(&sim))
        .await
        .unwrap_err();
    assert_eq!(error.class(), outbound::Class::Refused);
    assert!(
        redact::chain(&error).contains("sn_change_write"),
        "{error:?}"
    );
    assert!(!error.may_have_happened());
}

//! The tables, one column a line: `name|label|kind|default`. Lengths are the documented ones where a page gives
//! them; `short_description` is given as 40 on one page and 160 on two, so 160.

/// Columns every table has.
pub(super) const SYSTEM: &str = "\
sys_id|Sys ID|text:32|
sys_created_on|Created|datetime|
sys_created_by|Created by|text:40|
sys_updated_on|Updated|datetime|
sys_updated_by|Updated by|text:40|
sys_mod_count|Updates|int|0";

const TASK: &str = "\
number||text:40|
sys_class_name|Task type|text:80|
parent||ref:task|
short_description||text:160|
description||text:4000|
state||state|1
active||bool|true
approval||choice|not requested
priority||choice|4
impact||choice|3
urgency||choice|3
assignment_group||ref:sys_user_group|
assigned_to||ref:sys_user|
opened_at|Opened|datetime|
opened_by||ref:sys_user|
closed_at|Closed|datetime|
closed_by||ref:sys_user|
due_date||datetime|
cmdb_ci|Configuration item|ref:cmdb_ci|
business_service|Service|ref:cmdb_ci_service|
correlation_id|Correlation ID|text:100|
correlation_display||text:100|
work_start|Actual start date|datetime|
work_end|Actual end date|datetime|
close_notes||text:4000|
work_notes||journal|
comments|Additional comments|journal|
upon_approval||choice|proceed
upon_reject||choice|cancel";

const CHANGE_REQUEST: &str = "\
type||choice|
chg_model|Model|ref:chg_model|
state||state|-5
risk||choice|3
scope||choice|3
category||choice|Other
reason||text:40|
requested_by||ref:sys_user|
requested_by_date||datetime|
start_date|Planned start date|datetime|
end_date|Planned end date|datetime|
justification||text:4000|
implementation_plan||text:4000|
backout_plan||text:4000|
test_plan||text:4000|
risk_impact_analysis|Risk and impact analysis|text:4000|
on_hold||bool|false
on_hold_reason||text:4000|
cab_required|CAB required|bool|false
cab_date|CAB date|datetime|
unauthorized||bool|false
production_system||bool|false
outside_maintenance_schedule||bool|false
conflict_status||text:40|Not Run
conflict_last_run||datetime|
close_code||choice|
std_change_producer_version|Standard Change Template version|ref:std_change_producer_version|
phase||choice|requested
phase_state||choice|open";

const CHANGE_TASK: &str = "\
change_request||ref:change_request|
state||state|1
change_task_type|Type|choice|planning
planned_start_date||datetime|
planned_end_date||datetime|
on_hold||bool|false
on_hold_reason||text:4000|
close_code||choice|
created_from||text:40|manual";

const INCIDENT: &str = "\
incident_state||state|1
caller_id|Caller|ref:sys_user|
category||choice|inquiry
hold_reason|On hold reason|choice|
close_code|Resolution code|choice|
close_notes|Resolution notes|text:4000|
resolved_at||datetime|
resolved_by||ref:sys_user|
rfc|Change request|ref:change_request|
caused_by|Caused by change|ref:change_request|";

const APPROVER: &str = "\
sysapproval|Approval for|ref:change_request|
document_id|Approving|text:32|
source_table||text:80|
approver||ref:sys_user|
group||ref:sysapproval_group|
state||choice|not requested
comments||journal|
due_date||datetime|";

const APPROVAL_GROUP: &str = "\
number||text:40|
parent||ref:change_request|
assignment_group||ref:sys_user_group|
approval||choice|not requested";

const USER: &str = "\
user_name|User ID|text:40|
name||text:151|
first_name||text:50|
last_name||text:50|
email||text:100|
title||text:60|
active||bool|true
web_service_access_only||bool|false
user_password|Password|text:255|
time_zone||text:40|";

const CI: &str = "\
name||text:255|
sys_class_name|Class|text:80|
operational_status||choice|1
environment||choice|
assignment_group|Change group|ref:sys_user_group|
support_group||ref:sys_user_group|
maintenance_schedule||ref:cmn_schedule|";

const PRODUCER: &str = "\
name||text:100|
short_description||text:160|
active||bool|true
retired||bool|false
current_version||ref:std_change_producer_version|
template||text:8000|";

const PRODUCER_VERSION: &str = "\
name||text:100|
version||int|1
active||bool|true
std_change_producer|Standard Change Template|ref:std_change_record_producer|";

const MODEL: &str = "\
name||text:100|
description||text:4000|
active||bool|true
available_in_ui||bool|true
default_change_model||bool|false";

// `approval_group` and `preapproved` stand for the approval policy a real model keeps in tables of its own.
const MODEL_STATE: &str = "\
name||text:100|
sttrm_model|Model|ref:chg_model|
state_value||int|
state_label||text:40|
initial_state||bool|false
order||int|
approval_group||text:40|
preapproved||bool|false";

const MODEL_TRANSITION: &str = "\
name||text:100|
sttrm_model|Model|ref:chg_model|
from_state||ref:sttrm_state|
to_state||ref:sttrm_state|
automatic_transition||bool|false
active||bool|true
order||int|";

const MODEL_CONDITION: &str = "\
name||text:100|
description||text:400|
sttrm_state_transition|Transition|ref:sttrm_state_transition|
condition||text:1000|
order||int|";

const CHOICE: &str = "\
name|Table|text:80|
element||text:80|
value||text:100|
label||text:100|
language||text:5|en
sequence||int|
inactive||bool|false";

const JOURNAL: &str = "\
name|Table|text:80|
element||text:80|
element_id||text:32|
value||text:0|";

const ATTACHMENT: &str = "\
file_name||text:100|
content_type||text:100|
size_bytes||int|
size_compressed||int|
compressed||bool|true
hash||text:64|
state||text:40|available
table_name||text:80|
table_sys_id||text:32|";

const CONFLICT: &str = "\
change||ref:change_request|
conflicting_change||ref:change_request|
configuration_item||ref:cmdb_ci|
type||text:40|
last_checked||datetime|";

/// Name, display column, inherited columns, own columns.
pub(super) const TABLES: &[(&str, &str, &str, &str)] = &[
    ("task", "number", TASK, ""),
    ("change_request", "number", TASK, CHANGE_REQUEST),
    ("change_task", "number", TASK, CHANGE_TASK),
    ("incident", "number", TASK, INCIDENT),
    ("sysapproval_approver", "sys_id", "", APPROVER),
    ("sysapproval_group", "number", "", APPROVAL_GROUP),
    ("sys_user", "name", "", USER),
    (
        "sys_user_group",
        "name",
        "",
        "name||text:80|\ndescription||text:1000|\nactive||bool|true\nmanager||ref:sys_user|\nemail||text:100|",
    ),
    (
        "sys_user_grmember",
        "sys_id",
        "",
        "group||ref:sys_user_group|\nuser||ref:sys_user|",
    ),
    ("cmdb_ci", "name", "", CI),
    ("cmdb_ci_service", "name", "", CI),
    (
        "task_ci",
        "sys_id",
        "",
        "task||ref:task|\nci_item||ref:cmdb_ci|",
    ),
    ("std_change_record_producer", "name", "", PRODUCER),
    ("std_change_producer_version", "name", "", PRODUCER_VERSION),
    ("chg_model", "name", "", MODEL),
    ("sttrm_state", "name", "", MODEL_STATE),
    ("sttrm_state_transition", "name", "", MODEL_TRANSITION),
    ("sttrm_transition_condition", "name", "", MODEL_CONDITION),
    ("sys_choice", "label", "", CHOICE),
    ("sys_journal_field", "sys_id", "", JOURNAL),
    ("sys_attachment", "file_name", "", ATTACHMENT),
    ("conflict", "sys_id", "", CONFLICT),
    (
        "cmn_schedule",
        "name",
        "",
        "name||text:80|\ntype||text:40|\ntime_zone||text:40|\ndescription||text:1000|",
    ),
];

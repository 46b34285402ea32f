//! Choice lists as a stock instance ships them: stored value, then label.

type List = &'static [(&'static str, &'static str)];

/// Table, column, list.
pub(crate) const CHOICES: &[(&str, &str, List)] = &[
    (
        "change_request",
        "type",
        &[
            ("normal", "Normal"),
            ("standard", "Standard"),
            ("emergency", "Emergency"),
        ],
    ),
    ("change_request", "state", CHANGE_STATES),
    ("change_request", "priority", PRIORITIES),
    ("change_request", "impact", LEVELS),
    ("change_request", "urgency", LEVELS),
    (
        "change_request",
        "risk",
        &[
            ("1", "Very High"),
            ("2", "High"),
            ("3", "Moderate"),
            ("4", "Low"),
        ],
    ),
    (
        "change_request",
        "scope",
        &[
            ("1", "Massive"),
            ("2", "Large"),
            ("3", "Medium"),
            ("4", "Small"),
            ("5", "Tiny"),
        ],
    ),
    ("change_request", "category", CHANGE_CATEGORIES),
    ("change_request", "approval", APPROVALS),
    ("change_request", "close_code", CLOSE_CODES),
    (
        "change_request",
        "upon_approval",
        &[
            ("proceed", "Proceed to Next Task"),
            ("do_nothing", "Wait for a User to Close this task"),
        ],
    ),
    (
        "change_request",
        "upon_reject",
        &[
            ("cancel", "Cancel all future Tasks"),
            ("goto", "Go to a previous Task"),
        ],
    ),
    ("change_request", "phase", &[("requested", "Requested")]),
    (
        "change_request",
        "phase_state",
        &[
            ("open", "Open"),
            ("on hold", "On hold"),
            ("complete", "Complete"),
        ],
    ),
    ("change_task", "state", TASK_STATES),
    ("change_task", "approval", APPROVALS),
    ("change_task", "priority", PRIORITIES),
    ("change_task", "impact", LEVELS),
    ("change_task", "urgency", LEVELS),
    ("change_task", "close_code", CLOSE_CODES),
    (
        "change_task",
        "upon_approval",
        &[
            ("proceed", "Proceed to Next Task"),
            ("do_nothing", "Wait for a User to Close this task"),
        ],
    ),
    (
        "change_task",
        "upon_reject",
        &[
            ("cancel", "Cancel all future Tasks"),
            ("goto", "Go to a previous Task"),
        ],
    ),
    (
        "change_task",
        "change_task_type",
        &[
            ("planning", "Planning"),
            ("implementation", "Implementation"),
            ("testing", "Testing"),
            ("review", "Review"),
        ],
    ),
    ("incident", "state", INCIDENT_STATES),
    ("incident", "incident_state", INCIDENT_STATES),
    ("incident", "approval", APPROVALS),
    (
        "incident",
        "priority",
        &[
            ("1", "1 - Critical"),
            ("2", "2 - High"),
            ("3", "3 - Moderate"),
            ("4", "4 - Low"),
            ("5", "5 - Planning"),
        ],
    ),
    ("incident", "impact", LEVELS),
    ("incident", "urgency", LEVELS),
    (
        "incident",
        "category",
        &[
            ("inquiry", "Inquiry / Help"),
            ("software", "Software"),
            ("hardware", "Hardware"),
            ("network", "Network"),
            ("database", "Database"),
        ],
    ),
    (
        "incident",
        "hold_reason",
        &[
            ("1", "Awaiting Caller"),
            ("3", "Awaiting Problem"),
            ("4", "Awaiting Vendor"),
            ("5", "Awaiting Change"),
        ],
    ),
    ("incident", "close_code", RESOLUTION_CODES),
    (
        "incident",
        "upon_approval",
        &[
            ("proceed", "Proceed to Next Task"),
            ("do_nothing", "Wait for a User to Close this task"),
        ],
    ),
    (
        "incident",
        "upon_reject",
        &[
            ("cancel", "Cancel all future Tasks"),
            ("goto", "Go to a previous Task"),
        ],
    ),
    ("sysapproval_approver", "state", APPROVALS),
    ("sysapproval_group", "approval", APPROVALS),
    ("cmdb_ci", "operational_status", OPERATIONAL_STATUS),
    ("cmdb_ci_service", "operational_status", OPERATIONAL_STATUS),
    ("cmdb_ci", "environment", ENVIRONMENTS),
    ("cmdb_ci_service", "environment", ENVIRONMENTS),
];

const CHANGE_STATES: List = &[
    ("-5", "New"),
    ("-4", "Assess"),
    ("-3", "Authorize"),
    ("-2", "Scheduled"),
    ("-1", "Implement"),
    ("0", "Review"),
    ("3", "Closed"),
    ("4", "Canceled"),
];

const TASK_STATES: List = &[
    ("-5", "Pending"),
    ("1", "Open"),
    ("2", "In Progress"),
    ("3", "Closed"),
    ("4", "Canceled"),
];

const INCIDENT_STATES: List = &[
    ("1", "New"),
    ("2", "In Progress"),
    ("3", "On Hold"),
    ("6", "Resolved"),
    ("7", "Closed"),
    ("8", "Canceled"),
];

const PRIORITIES: List = &[
    ("1", "1 - Critical"),
    ("2", "2 - High"),
    ("3", "3 - Moderate"),
    ("4", "4 - Low"),
];

const LEVELS: List = &[("1", "1 - High"), ("2", "2 - Medium"), ("3", "3 - Low")];

const CHANGE_CATEGORIES: List = &[
    ("Hardware", "Hardware"),
    ("Software", "Software"),
    ("Service", "Service"),
    ("System Software", "System Software"),
    ("Applications Software", "Applications Software"),
    ("Network", "Network"),
    ("Telecom", "Telecom"),
    ("Documentation", "Documentation"),
    ("Other", "Other"),
];

const APPROVALS: List = &[
    ("not requested", "Not Yet Requested"),
    ("requested", "Requested"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("cancelled", "Cancelled"),
    ("not_required", "No Longer Required"),
    ("skipped", "Skipped"),
];

const CLOSE_CODES: List = &[
    ("successful", "Successful"),
    ("successful_issues", "Successful with issues"),
    ("unsuccessful", "Unsuccessful"),
];

const RESOLUTION_CODES: List = &[
    ("Solution provided", "Solution provided"),
    ("Workaround provided", "Workaround provided"),
    ("Resolved by caller", "Resolved by caller"),
    ("Resolved by change", "Resolved by change"),
    ("Resolved by problem", "Resolved by problem"),
    ("Resolved by request", "Resolved by request"),
    ("Known error", "Known error"),
    ("Duplicate", "Duplicate"),
    ("User error", "User error"),
    ("No resolution provided", "No resolution provided"),
];

const OPERATIONAL_STATUS: List = &[
    ("1", "Operational"),
    ("2", "Non-Operational"),
    ("3", "Repair in Progress"),
    ("4", "DR Standby"),
    ("5", "Ready"),
    ("6", "Retired"),
];

const ENVIRONMENTS: List = &[
    ("production", "Production"),
    ("test", "Test"),
    ("development", "Development"),
];

//! Every name by which the program can be configured, in one list.
//!
//! The command line is built from it, the file is checked against it, and a test holds the README to it.

/// One thing that can be configured: a flag, a variable, and a key of the file mean the same.
#[derive(Debug)]
pub(crate) struct Key {
    /// The key in the file: table, dot, name.
    pub(crate) name: &'static str,
    /// The environment variable.
    pub(crate) variable: &'static str,
    /// The flag without its dashes. None where a flag would show more than it should, or nobody would type it.
    pub(crate) flag: Option<&'static str>,
    /// Whether the value must not be seen; then it may be a reference, and as a flag's value has to be one.
    pub(crate) secret: bool,
    /// What stands for the value in help texts.
    pub(crate) placeholder: &'static str,
    /// What it is.
    pub(crate) help: &'static str,
}

const fn key(
    name: &'static str,
    variable: &'static str,
    flag: &'static str,
    placeholder: &'static str,
    help: &'static str,
) -> Key {
    Key {
        name,
        variable,
        flag: Some(flag),
        secret: false,
        placeholder,
        help,
    }
}

const fn secret(
    name: &'static str,
    variable: &'static str,
    flag: &'static str,
    help: &'static str,
) -> Key {
    Key {
        name,
        variable,
        flag: Some(flag),
        secret: true,
        placeholder: "REF",
        help,
    }
}

const fn unflagged(
    name: &'static str,
    variable: &'static str,
    secret: bool,
    help: &'static str,
) -> Key {
    Key {
        name,
        variable,
        flag: None,
        secret,
        placeholder: "",
        help,
    }
}

pub(crate) static SERVICENOW_URL: Key = key(
    "servicenow.url",
    "SERVICENOW_URL",
    "servicenow-url",
    "URL",
    "Address of the instance",
);
pub(crate) static SERVICENOW_USER: Key = key(
    "servicenow.user",
    "SERVICENOW_USER",
    "servicenow-user",
    "NAME",
    "User name, with a password",
);
pub(crate) static SERVICENOW_PASSWORD: Key = secret(
    "servicenow.password",
    "SERVICENOW_PASSWORD",
    "servicenow-password",
    "Password of the user",
);
pub(crate) static SERVICENOW_API_KEY: Key = secret(
    "servicenow.api_key",
    "SERVICENOW_API_KEY",
    "servicenow-api-key",
    "Or: a REST API key",
);
pub(crate) static SERVICENOW_TOKEN: Key = secret(
    "servicenow.token",
    "SERVICENOW_TOKEN",
    "servicenow-token",
    "Or: an access token obtained elsewhere",
);
pub(crate) static SERVICENOW_CLIENT_ID: Key = key(
    "servicenow.client_id",
    "SERVICENOW_CLIENT_ID",
    "servicenow-client-id",
    "ID",
    "Or: id of an OAuth application, with its secret",
);
pub(crate) static SERVICENOW_CLIENT_SECRET: Key = secret(
    "servicenow.client_secret",
    "SERVICENOW_CLIENT_SECRET",
    "servicenow-client-secret",
    "Secret of the OAuth application",
);
pub(crate) static ADO_URL: Key = key(
    "azure_devops.url",
    "ADO_URL",
    "ado-url",
    "URL",
    "Address of Azure DevOps [default: https://dev.azure.com]",
);
pub(crate) static ADO_ORG: Key = key(
    "azure_devops.organization",
    "ADO_ORG",
    "ado-org",
    "NAME",
    "Organization; empty where the address ends in the collection",
);
pub(crate) static ADO_PROJECT: Key = key(
    "azure_devops.project",
    "ADO_PROJECT",
    "ado-project",
    "NAME",
    "Project of `--run`; a change's own key names its project",
);
pub(crate) static ADO_PAT: Key = secret(
    "azure_devops.pat",
    "ADO_PAT",
    "ado-pat",
    "Personal access token",
);
pub(crate) static ADO_TOKEN: Key = secret(
    "azure_devops.token",
    "ADO_TOKEN",
    "ado-token",
    "Or: an access token (Microsoft Entra, or a job's own)",
);
pub(crate) static ADO_TENANT: Key = key(
    "azure_devops.tenant",
    "ADO_TENANT",
    "ado-tenant",
    "ID",
    "Or: tenant of a service principal, with its id and secret",
);
pub(crate) static ADO_CLIENT_ID: Key = key(
    "azure_devops.client_id",
    "ADO_CLIENT_ID",
    "ado-client-id",
    "ID",
    "Application id of the service principal",
);
pub(crate) static ADO_CLIENT_SECRET: Key = secret(
    "azure_devops.client_secret",
    "ADO_CLIENT_SECRET",
    "ado-client-secret",
    "Secret of the service principal",
);
pub(crate) static ADO_AUTHORITY: Key = key(
    "azure_devops.authority",
    "ADO_AUTHORITY",
    "ado-authority",
    "URL",
    "Where the service principal signs in [default: https://login.microsoftonline.com]",
);
/// Its address may hold a password, so there is no flag.
pub(crate) static PROXY: Key = unflagged(
    "network.proxy",
    "HTTPS_PROXY",
    true,
    "Proxy for https addresses",
);
pub(crate) static NO_PROXY: Key = unflagged(
    "network.no_proxy",
    "NO_PROXY",
    false,
    "Hosts and domains reached without the proxy, with commas between",
);
pub(crate) static CA_FILE: Key = unflagged(
    "network.ca_file",
    "SSL_CERT_FILE",
    false,
    "PEM file with further certificate authorities",
);

/// All of them, in the order of help texts.
pub(crate) static ALL: [&Key; 19] = [
    &SERVICENOW_URL,
    &SERVICENOW_USER,
    &SERVICENOW_PASSWORD,
    &SERVICENOW_API_KEY,
    &SERVICENOW_TOKEN,
    &SERVICENOW_CLIENT_ID,
    &SERVICENOW_CLIENT_SECRET,
    &ADO_URL,
    &ADO_ORG,
    &ADO_PROJECT,
    &ADO_PAT,
    &ADO_TOKEN,
    &ADO_TENANT,
    &ADO_CLIENT_ID,
    &ADO_CLIENT_SECRET,
    &ADO_AUTHORITY,
    &PROXY,
    &NO_PROXY,
    &CA_FILE,
];

//! The error bodies: status, type key and text, in the wrapped-exception shape of the vendor's client library.

use serde_json::{Value, json};

use crate::http::Reply;

/// Why a request was not served.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: u16,
    type_key: &'static str,
    event_id: u32,
    message: String,
    headers: Vec<(&'static str, String)>,
    custom: Option<Value>,
    /// The other JSON shape: `{"count":1,"value":{"Message":"..."}}`.
    plain: bool,
}

impl Refusal {
    pub(crate) fn new(status: u16, type_key: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            type_key,
            event_id: 3000,
            message: message.into(),
            headers: Vec::new(),
            custom: None,
            plain: false,
        }
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    fn event(mut self, id: u32) -> Self {
        self.event_id = id;
        self
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// 401, the credential is nobody's; `who` is shown where the service knows whose it would have been.
    pub(crate) fn unauthorized(who: Option<&str>) -> Self {
        let who = who.unwrap_or("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa");
        let text = format!("TF400813: The user '{who}' is not authorized to access this resource.");
        Self::new(401, "UnauthorizedRequestException", text)
            .header("WWW-Authenticate", "Bearer")
            .header("WWW-Authenticate", "Basic realm=\"https://tfsprodsim/\"")
            .header("WWW-Authenticate", "TFS-Federated")
    }

    pub(crate) fn forbidden(status: u16, what: &str) -> Self {
        let text = format!("TF401027: {what} needs a permission that the identity does not have.");
        Self::new(status, "AccessCheckException", text)
    }

    pub(crate) fn blocked(resource: &str, namespace: &str) -> Self {
        let text = format!(
            "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource {resource} \
             in namespace {namespace}."
        );
        Self::new(429, "RequestBlockedException", text)
    }

    pub(crate) fn offline() -> Self {
        Self::new(
            503,
            "HostShutdownException",
            "The organization is offline for maintenance.",
        )
        .header("X-VSS-HostOfflineError", "true")
    }

    pub(crate) fn no_version(method: &str) -> Self {
        let text = format!(
            "No api-version was supplied for the \"{method}\" request. The version must be supplied either as part of \
             the Accept header (e.g. \"application/json; api-version=1.0\") or as a query parameter (e.g. \
             \"?api-version=1.0\")."
        );
        Self::new(400, "VssVersionNotSpecifiedException", text)
    }

    pub(crate) fn preview_flag(version: &str) -> Self {
        let text = format!(
            "The requested version \"{version}\" of the resource is under preview. The -preview flag must be supplied \
             in the api-version for such requests. For example: \"{version}-preview\""
        );
        Self::new(400, "VssInvalidPreviewVersionException", text)
    }

    pub(crate) fn version_range(version: &str) -> Self {
        let text =
            format!("The requested REST API version of {version} is out of range for this server.");
        Self::new(400, "VssVersionOutOfRangeException", text)
    }

    pub(crate) fn version_text(version: &str) -> Self {
        let text = format!("The api resource version string is invalid: \"{version}\".");
        Self::new(400, "VssInvalidApiResourceVersionException", text)
    }

    pub(crate) fn content_type(method: &str, given: &str, valid: &str) -> Self {
        let text = format!(
            "The request indicated a Content-Type of \"{given}\" for method type \"{method}\" which is not supported. \
             Valid content types for this method are: {valid}."
        );
        Self::new(400, "VssRequestContentTypeNotSupportedException", text)
    }

    pub(crate) fn no_route(path: &str) -> Self {
        let text = format!(
            "The controller for path '{path}' was not found or does not implement IController."
        );
        Self::new(404, "HttpException", text).event(0)
    }

    pub(crate) fn method(method: &str) -> Self {
        let text = format!("The requested resource does not support http method '{method}'.");
        Self {
            plain: true,
            ..Self::new(405, "", text)
        }
    }

    pub(crate) fn no_project(given: &str) -> Self {
        if crate::ids::is_guid(given) {
            let text = format!(
                "VS800075: The project with id '{given}' does not exist, or you do not have permission to access it."
            );
            return Self::new(404, "ProjectDoesNotExistException", text);
        }
        let text = format!("TF200016: The following project does not exist: {given}.");
        Self::new(404, "ProjectDoesNotExistWithNameException", text)
    }

    pub(crate) fn no_organization(given: &str) -> Self {
        let text = format!("TF400324: There is no organization with the name {given}.");
        Self::new(404, "HostDoesNotExistException", text)
    }

    pub(crate) fn no_build(id: &str) -> Self {
        Self::new(
            404,
            "BuildNotFoundException",
            format!("The requested build {id} could not be found."),
        )
    }

    pub(crate) fn no_work_item(id: &str) -> Self {
        let text = format!(
            "TF401232: Work item {id} does not exist, or you do not have permissions to read it."
        );
        Self::new(404, "WorkItemUnauthorizedAccessException", text).event(3200)
    }

    pub(crate) fn argument(name: &str, message: &str) -> Self {
        Self::new(
            400,
            "VssPropertyValidationException",
            format!("{message}\nParameter name: {name}"),
        )
    }

    /// A rule of a work item type refused; the field is told apart for those who read it.
    pub(crate) fn rule(field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let custom = json!({
            "RuleValidationErrors": [
                { "fieldReferenceName": field, "errorCode": 1, "errorMessage": message }
            ]
        });
        Self {
            custom: Some(custom),
            ..Self::new(400, "RuleValidationException", message)
        }
    }

    pub(crate) fn reply(&self) -> Reply {
        let body = if self.plain {
            json!({ "count": 1, "value": { "Message": self.message } })
        } else {
            self.wrapped()
        };
        let reply = Reply::json(self.status, &body);
        let reply = reply.with("X-TFS-ServiceError", crate::http::encode(&self.message));
        let headers = self.headers.iter();
        headers.fold(reply, |reply, (name, value)| {
            reply.with(name, value.clone())
        })
    }

    fn wrapped(&self) -> Value {
        let mut body = json!({
            "$id": "1",
            "innerException": null,
            "message": self.message,
            "typeName": format!("Simulated.{}, Simulated", self.type_key),
            "typeKey": self.type_key,
            "errorCode": 0,
            "eventId": self.event_id,
        });
        if let Some(custom) = &self.custom {
            body["customProperties"] = custom.clone();
        }
        body
    }
}

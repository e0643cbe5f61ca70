//! `/scim/v2/Groups`. Users' default workspaces are not groups.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use headcount::{
    Batch, Directory, ErrorKind, NewWorkspace, Subject, Workspace, WorkspaceId, WorkspaceRef,
};
use serde_json::{Map, Value};

use super::filter::Filter;
use super::group::{WantedGroup, shown};
use super::listing::{Listed, Parameters, SearchRequest, answer};
use super::patch::PatchRequest;
use super::schema::ResourceType;
use super::{ATTEMPTS, Document, Scim, ScimRequest, not_found, resource, write};
use crate::door::Failure;
use crate::server::Server;

pub(crate) async fn list(asking: ScimRequest) -> Scim<Response> {
    let parameters = asking.parameters.clone();
    let is_short = is_short(&parameters);
    answer(asking, parameters, is_short, find).await
}

pub(crate) async fn search(
    asking: ScimRequest,
    Document(search): Document<SearchRequest>,
) -> Scim<Response> {
    let parameters = Parameters::of_search(&search)?;
    let is_short = is_short(&parameters);
    answer(asking, parameters, is_short, find).await
}

/// The groups that a request asks for.
pub(super) fn find(asking: &ScimRequest, parameters: &Parameters) -> Result<Listed, Failure> {
    parameters.check_filter(ResourceType::Group)?;
    let directory = &asking.server.0.directory;
    let Some(filter) = &parameters.filter else {
        let mut listed = Listed::default();
        for workspace in directory.workspaces()? {
            let workspace = workspace?;
            if workspace.default_of().is_some() {
                continue;
            }
            listed.total += 1;
            let is_within = listed.total >= parameters.start;
            if is_within && listed.resources.len() < parameters.count {
                listed
                    .resources
                    .push(whole(asking, &workspace, parameters)?);
            }
        }
        return Ok(listed);
    };
    let candidates: Vec<Workspace> = match candidates(asking, filter)? {
        Some(workspaces) => workspaces,
        None => directory.workspaces()?.collect::<Result<_, _>>()?,
    };
    let mut matches = Vec::new();
    for workspace in candidates.iter().filter(|of| of.default_of().is_none()) {
        let group = whole(asking, workspace, parameters)?;
        if filter.holds(&group) {
            matches.push(group);
        }
    }
    Ok(parameters.page(matches))
}

/// Whether `find` reads a single workspace, which an index finds, and no members.
fn is_short(parameters: &Parameters) -> bool {
    let names = ["displayName", "externalId", "id"];
    let is_indexed = |filter: &Filter| {
        let mut names = names.iter();
        names.any(|name| filter.required(&|path| path.is(name)).is_some())
    };
    !parameters.needs("members") && parameters.filter.as_ref().is_some_and(is_indexed)
}

/// The workspaces that the filter may match, if an index finds them.
fn candidates(asking: &ScimRequest, filter: &Filter) -> Result<Option<Vec<Workspace>>, Failure> {
    let directory = &asking.server.0.directory;
    if let Some(name) = filter.required(&|path| path.is("displayName")) {
        return Ok(Some(directory.workspace(name)?.into_iter().collect()));
    }
    if let Some(id) = filter.required(&|path| path.is("externalId")) {
        let workspace = directory.workspace_by_external_id(&asking.provisioner(), id)?;
        return Ok(Some(workspace.into_iter().collect()));
    }
    let numbers: Vec<u64> = if let Some(id) = filter.required(&|path| path.is("id")) {
        number(id).into_iter().collect()
    } else if let Some(id) = filter.required(&|path| path.is("members")) {
        let id: Option<headcount::UserId> = id.parse().ok();
        let id = id.filter(|id| directory.user_by_id(*id).is_ok_and(|user| user.is_some()));
        let members = id.map(|id| directory.workspaces_of(id)).transpose()?;
        let numbers = members.iter().flatten().map(|of| of.workspace().as_u64());
        numbers.collect()
    } else {
        return Ok(None);
    };
    let mut workspaces = Vec::new();
    for number in numbers {
        workspaces.extend(directory.workspace(WorkspaceId::from_u64(number))?);
    }
    Ok(Some(workspaces))
}

/// The resource, with the members if they are requested.
fn whole(
    asking: &ScimRequest,
    workspace: &Workspace,
    parameters: &Parameters,
) -> Result<Map<String, Value>, Failure> {
    let directory = &asking.server.0.directory;
    let members = if parameters.needs("members") {
        Some(directory.members(workspace)?)
    } else {
        None
    };
    Ok(shown(
        workspace,
        &asking.provisioner(),
        members.as_deref(),
        &asking.base,
    ))
}

/// The number of a group's id, which is written in one way only.
fn number(id: &str) -> Option<u64> {
    let number: u64 = id.parse().ok()?;
    (number.to_string() == id).then_some(number)
}

fn existing(directory: &Directory, id: &str) -> Result<Workspace, Failure> {
    let workspace = match number(id) {
        Some(number) => directory.workspace(WorkspaceId::from_u64(number))?,
        None => None,
    };
    workspace
        .filter(|workspace| workspace.default_of().is_none())
        .ok_or_else(|| not_found(ResourceType::Group, id))
}

/// The response with a group, which may read many members.
fn answered(
    asking: &ScimRequest,
    status: StatusCode,
    workspace: &Workspace,
) -> Result<Response, Failure> {
    let shown = whole(asking, workspace, &asking.parameters)?;
    Ok(resource(status, asking, shown))
}

pub(crate) async fn show(asking: ScimRequest, Path(id): Path<String>) -> Scim<Response> {
    let server = asking.server.clone();
    let is_short = !asking.parameters.needs("members");
    let work = move |server: &Server| {
        let workspace = existing(&server.0.directory, &id)?;
        answered(&asking, StatusCode::OK, &workspace)
    };
    Ok(server.read_if_short(is_short, work).await?)
}

pub(crate) async fn create(
    asking: ScimRequest,
    Document(resource): Document<Map<String, Value>>,
) -> Scim<Response> {
    let wanted = WantedGroup::parse(resource)?;
    let (server, caller) = (asking.server.clone(), asking.caller.clone());
    let work = move |directory: &Directory| {
        let mut new = NewWorkspace::new(&wanted.name);
        if let Some(id) = &wanted.external_id {
            new = new.external_id(asking.provisioner(), id);
        }
        let batch = Batch::new().create_workspace(new).allow_ownerless(true);
        let place = WorkspaceRef::from(&wanted.name);
        let batch = wanted.members(directory, &place, &[], batch)?;
        let applied = directory.apply(batch)?;
        let id = match applied.outcomes.first().map(|outcome| outcome.subject) {
            Some(Subject::Workspace(id)) => id.to_string(),
            _ => String::new(),
        };
        answered(&asking, StatusCode::CREATED, &existing(directory, &id)?)
    };
    Ok(write(&server, &caller, work).await?)
}

/// Replaces a group. Attributes that are missing in the resource stay, because clients that don't
/// send members don't mean to remove them.
pub(crate) async fn replace(
    asking: ScimRequest,
    Path(id): Path<String>,
    Document(resource): Document<Map<String, Value>>,
) -> Scim<Response> {
    change(asking, id, false, move |before| {
        let mut wanted = WantedGroup::parse(resource.clone())?;
        if wanted.external_id.is_none() {
            let id = before["externalId"].as_str();
            wanted.external_id = id.map(str::to_owned);
        }
        Ok(wanted)
    })
    .await
}

pub(crate) async fn update(
    asking: ScimRequest,
    Path(id): Path<String>,
    Document(body): Document<Map<String, Value>>,
) -> Scim<Response> {
    let request = PatchRequest::parse(&body)?;
    change(asking, id, true, move |before| {
        let Value::Object(mut resource) = before else {
            return Err(Failure::internal("a group is not an object"));
        };
        request.apply(ResourceType::Group, &mut resource)?;
        Ok(WantedGroup::parse(resource)?.silence_is_nobody())
    })
    .await
}

/// Changes a group to the result of `edit`, and retries if somebody else changed it first.
async fn change(
    asking: ScimRequest,
    id: String,
    is_patch: bool,
    edit: impl Fn(Value) -> Result<WantedGroup, Failure> + Send + 'static,
) -> Scim<Response> {
    check_if_match(&asking)?;
    let (server, caller) = (asking.server.clone(), asking.caller.clone());
    let work = move |directory: &Directory| {
        let (provisioner, base) = (asking.provisioner(), &asking.base);
        for _ in 0..ATTEMPTS {
            let workspace = existing(directory, &id)?;
            let members = directory.members(&workspace)?;
            let before = shown(&workspace, &provisioner, Some(&members), base);
            let wanted = edit(Value::Object(before))?;
            let mut batch = Batch::new().allow_ownerless(true);
            if wanted.name != workspace.name() {
                batch = batch.rename_workspace(&workspace, &wanted.name);
            }
            let external_id = wanted.external_id.as_deref();
            if external_id != workspace.external_id(&provisioner) {
                batch = batch.set_workspace_external_id(&workspace, &provisioner, external_id);
            }
            let place = WorkspaceRef::from(&workspace);
            let batch = wanted.members(directory, &place, &members, batch)?;
            match directory.apply(batch) {
                Err(error) if is_race(error.kind()) => {}
                applied => {
                    applied?;
                    // Entra excludes the members, and accepts a response without a body.
                    if is_patch && asking.parameters.projection.excludes("members") {
                        return Ok(StatusCode::NO_CONTENT.into_response());
                    }
                    return answered(&asking, StatusCode::OK, &existing(directory, &id)?);
                }
            }
        }
        Err(Failure::busy(
            "others keep changing this group; try again in a second",
        ))
    };
    Ok(write(&server, &caller, work).await?)
}

/// Refuses a request that requires a version, because groups have none.
fn check_if_match(asking: &ScimRequest) -> Result<(), Failure> {
    match asking.if_match()? {
        None => Ok(()),
        Some(_) => Err(Failure::new(
            StatusCode::PRECONDITION_FAILED,
            "groups have no ETag that If-Match could name; leave it out or send *",
        )),
    }
}

/// Whether the error means that somebody else changed the members in the meantime.
fn is_race(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::RoleDiffers | ErrorKind::MemberNotFound | ErrorKind::UserNotFound
    )
}

pub(crate) async fn delete(asking: ScimRequest, Path(id): Path<String>) -> Scim<Response> {
    check_if_match(&asking)?;
    let work = move |directory: &Directory| {
        let workspace = existing(directory, &id)?;
        Ok(directory.apply(Batch::new().delete_workspace(&workspace))?)
    };
    write(&asking.server, &asking.caller, work).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

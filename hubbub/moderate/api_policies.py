"""The room's calls about policies; each does its thing through the same action as the page."""

from django.http import HttpResponse
from msgspec.structs import replace
from ninja import File, Router, Status
from ninja.files import UploadedFile

from hubbub.store.models import Role
from hubbub.store.queue.ranking import settings_of
from hubbub.ui.access import MemberRequest, call

from . import policies_actions, policies_file, policies_queries, shapes_policies

router = Router()


@router.get("/policies", response=list[shapes_policies.PolicyOut], summary="The community's policies")
@call(Role.VIEWER)
def policies(request: MemberRequest) -> list[shapes_policies.PolicyOut]:
    """In their order, the retired ones last."""
    return [shapes_policies.PolicyOut.of(one.policy) for one in policies_queries.listed(request.workspace)]


@router.post("/policies", response={201: shapes_policies.PolicyOut}, summary="Make a policy")
@call(Role.MANAGER)
def make_policy(request: MemberRequest, wish: shapes_policies.PolicyIn) -> Status[shapes_policies.PolicyOut]:
    """A new one, the last of all."""
    slug = wish.slug or policies_queries.free_slug(request.workspace, wish.name)
    made = policies_actions.make(request.workspace, wish.guideline(slug), by=request.member, why=wish.why)
    return Status(201, shapes_policies.PolicyOut.of(made))


@router.get("/policies/file", summary="All policies as policies.toml")
@call(Role.VIEWER)
def policies_toml(request: MemberRequest) -> HttpResponse:
    """POST takes the same file."""
    found = sorted((one.policy for one in policies_queries.listed(request.workspace)), key=lambda one: one.number)
    return HttpResponse(policies_file.write_policies(found), content_type="application/toml; charset=utf-8")


@router.post(
    "/policies/file", response=shapes_policies.PoliciesTaken, summary="Make or change policies from a policies.toml"
)
@call(Role.MANAGER)
def import_policies(request: MemberRequest, file: File[UploadedFile]) -> shapes_policies.PoliciesTaken:
    """By their slugs, all or none; others stay. Sent as multipart/form-data."""
    given = policies_file.read_policies(file.read(policies_file.LARGEST + 1))
    made, changed = policies_actions.take_all(request.workspace, given, by=request.member, why=f"from {file.name}")
    return shapes_policies.PoliciesTaken(made=made, changed=changed, unchanged=len(given) - made - changed)


@router.get("/policies/guidelines", summary="The guidelines as Markdown")
@call(Role.VIEWER)
def guidelines_markdown(request: MemberRequest) -> HttpResponse:
    """As members of the community read them."""
    intro, found = settings_of(request.workspace).guidelines_intro, policies_queries.in_force(request.workspace)
    text = policies_file.as_markdown(request.workspace.name, intro, found)
    return HttpResponse(text, content_type="text/markdown; charset=utf-8")


@router.get("/policies/{pk}", response=shapes_policies.PolicyOut, summary="A policy")
@call(Role.VIEWER)
def policy(request: MemberRequest, pk: int) -> shapes_policies.PolicyOut:
    """One policy, as it is in force."""
    return shapes_policies.PolicyOut.of(policies_queries.policy_of(request.workspace, pk))


@router.patch("/policies/{pk}", response=shapes_policies.PolicyOut, summary="Change a policy, which makes a version")
@call(Role.MANAGER)
def change_policy(request: MemberRequest, pk: int, wish: shapes_policies.PolicyChange) -> shapes_policies.PolicyOut:
    """What is left out stays."""
    found = policies_queries.policy_of(request.workspace, pk)
    given = wish.dict(exclude_none=True, exclude={"version", "why"})
    given |= {name: "\n".join(given[name]) for name in ("breaks", "fine") if name in given}
    wanted = replace(policies_actions.guideline_of(found), **given)
    done = policies_actions.change(found, wanted, by=request.member, version=wish.version, why=wish.why)
    return shapes_policies.PolicyOut.of(done)


@router.get("/policies/{pk}/versions", response=list[shapes_policies.PolicyVersionOut], summary="A policy's versions")
@call(Role.VIEWER)
def policy_versions(request: MemberRequest, pk: int) -> list[shapes_policies.PolicyVersionOut]:
    """The newest first, at most 200."""
    found = policies_queries.policy_of(request.workspace, pk)
    return [shapes_policies.PolicyVersionOut.of(one) for one in policies_queries.versions(found)]

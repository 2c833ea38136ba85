"""LiveKit's SIP service: dispatch rules."""

from collections.abc import Iterable

from livekit.protocol.sip import (
    CreateSIPDispatchRuleRequest,
    DeleteSIPDispatchRuleRequest,
    ListSIPDispatchRuleRequest,
    ListSIPDispatchRuleResponse,
    SIPDispatchRuleInfo,
    UpdateSIPDispatchRuleRequest,
)

from telephony.sandbox.changes import apply_update, check_update, upgrade
from telephony.sandbox.checks import check_rule
from telephony.sandbox.conflicts import refuse_rule_conflicts, with_new
from telephony.sandbox.errors import TwirpError, invalid
from telephony.sandbox.state import State
from telephony.sandbox.store import new_id


def create(state: State, request: CreateSIPDispatchRuleRequest) -> SIPDispatchRuleInfo:
    if request.HasField("dispatch_rule"):
        rule = request.dispatch_rule
        upgrade(rule)
        if rule.sip_dispatch_rule_id:
            raise invalid("rule id must not be set")
    else:
        rule = _from_old_fields(request)
    check_rule(rule)
    # By the request's old field, which is empty if `dispatch_rule` is sent: any existing conflict blocks every create.
    refuse_rule_conflicts(with_new(_sharing(state, request.trunk_ids), rule))
    rule.sip_dispatch_rule_id = new_id("SDR_")
    state.rules.put(rule.sip_dispatch_rule_id, rule)
    return rule


def update(state: State, request: UpdateSIPDispatchRuleRequest) -> SIPDispatchRuleInfo:
    _check_update_request(request)
    rule = _found(state, request.sip_dispatch_rule_id)
    if request.HasField("replace"):
        rule.CopyFrom(request.replace)
        rule.sip_dispatch_rule_id = request.sip_dispatch_rule_id
    else:
        apply_update(rule, request.update)
        check_rule(rule)
    sharing = _sharing(
        state, rule.trunk_ids
    )  # by the trunks stored before: LiveKit misses conflicts on newly added ones
    rule_id = rule.sip_dispatch_rule_id
    refuse_rule_conflicts(rule if other.sip_dispatch_rule_id == rule_id else other for other in sharing)
    state.rules.put(rule.sip_dispatch_rule_id, rule)
    return rule


def list_all(state: State, request: ListSIPDispatchRuleRequest) -> ListSIPDispatchRuleResponse:
    return ListSIPDispatchRuleResponse(
        items=[
            rule
            for rule in state.rules.after(request.page.after_id)
            if (not request.dispatch_rule_ids or rule.sip_dispatch_rule_id in request.dispatch_rule_ids)
            and _answers(rule, set(request.trunk_ids))
        ]
    )


def delete(state: State, request: DeleteSIPDispatchRuleRequest) -> SIPDispatchRuleInfo:
    if not request.sip_dispatch_rule_id:
        raise invalid("dispatch rule ID is required")
    rule = _found(state, request.sip_dispatch_rule_id)
    state.rules.remove(rule.sip_dispatch_rule_id)
    return rule


def _from_old_fields(request: CreateSIPDispatchRuleRequest) -> SIPDispatchRuleInfo:
    """Read a rule from the request's own fields, which older clients send instead of `dispatch_rule`."""
    rule = SIPDispatchRuleInfo(
        trunk_ids=request.trunk_ids,
        hide_phone_number=request.hide_phone_number,
        inbound_numbers=request.inbound_numbers,
        name=request.name,
        metadata=request.metadata,
        attributes=request.attributes,
        room_preset=request.room_preset,
    )
    if request.HasField("rule"):
        rule.rule.CopyFrom(request.rule)
    if request.HasField("room_config"):
        rule.room_config.CopyFrom(request.room_config)
    return rule


def _check_update_request(request: UpdateSIPDispatchRuleRequest) -> None:
    if not request.sip_dispatch_rule_id:
        raise invalid("rule id must be set")
    if request.HasField("update"):
        check_update(request.update)
    elif not request.HasField("replace"):
        raise invalid("missing or unsupported update action")
    elif request.replace.sip_dispatch_rule_id not in ("", request.sip_dispatch_rule_id):
        raise invalid("rule id in the info must be empty or match the id in the update")
    else:
        check_rule(request.replace)


def _found(state: State, rule_id: str) -> SIPDispatchRuleInfo:
    rule = state.rules.get(rule_id)
    if rule is None:
        raise TwirpError("not_found", "requested sip dispatch rule does not exist")
    return rule


def _sharing(state: State, trunk_ids: Iterable[str]) -> list[SIPDispatchRuleInfo]:
    wanted = set(trunk_ids)
    return [rule for rule in state.rules if _answers(rule, wanted)]


def _answers(rule: SIPDispatchRuleInfo, trunk_ids: set[str]) -> bool:
    return not trunk_ids or not rule.trunk_ids or not trunk_ids.isdisjoint(rule.trunk_ids)

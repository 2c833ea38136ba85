"""A spec comes back from LiveKit as it was written, and what a spec cannot say is noticed."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from livekit import api

from telephony.choices import MediaEncryption, Transport
from telephony.livekit import DispatchRuleSpec, InboundTrunkSpec, OutboundTrunkSpec, Stored
from telephony.livekit import messages as to
from telephony.livekit.listed import Listed, listed_trunk
from tests.telephony.livekit_client.conftest import INBOUND, OUTBOUND, RULE

AnySpec = InboundTrunkSpec | OutboundTrunkSpec | DispatchRuleSpec

texts = st.text(st.characters(codec="utf-8"), max_size=20)
lists = st.lists(texts, max_size=3).map(tuple)
encryptions = st.sampled_from(MediaEncryption)
common = {"name": texts, "metadata": texts}
trunk = {**common, "numbers": lists, "auth_username": texts, "auth_password": texts, "media_encryption": encryptions}
inbound = st.builds(InboundTrunkSpec, **trunk, allowed_addresses=lists)
outbound = st.builds(
    OutboundTrunkSpec,
    **trunk,
    address=texts,
    from_host=texts,
    transport=st.sampled_from([None, *Transport]),
)
agents = st.one_of(
    st.just({"agent_name": "", "agent_metadata": ""}),
    st.fixed_dictionaries({"agent_name": texts.filter(bool), "agent_metadata": texts}),
)
rules = st.builds(
    lambda agent, **fields: DispatchRuleSpec(**fields, **agent),
    agents,
    **common,
    trunk_ids=lists,
    room_prefix=texts,
    attributes=st.dictionaries(texts, texts, max_size=3),
)


@given(inbound)
def test_an_inbound_trunk_comes_back(spec: InboundTrunkSpec) -> None:
    assert to.stored_inbound(to.inbound_message(spec)) == Stored("", spec)


@given(outbound)
def test_an_outbound_trunk_comes_back(spec: OutboundTrunkSpec) -> None:
    assert to.stored_outbound(to.outbound_message(spec)) == Stored("", spec)


@given(rules)
def test_a_rule_comes_back(spec: DispatchRuleSpec) -> None:
    assert to.stored_rule(to.rule_message(spec)) == Stored("", spec)


def test_encryption_is_read_from_either_place() -> None:
    message = to.inbound_message(INBOUND)
    message.media.encryption = api.SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE
    expected = Stored("", replace(INBOUND, media_encryption=MediaEncryption.REQUIRE))
    assert to.stored_inbound(message) == expected


def test_what_someone_added_by_hand_is_noticed() -> None:
    inbound_message = to.inbound_message(INBOUND)
    inbound_message.krisp_enabled = True
    outbound_message = to.outbound_message(OUTBOUND)
    outbound_message.destination_country = "US"
    rule_message = to.rule_message(RULE)
    rule_message.rule.dispatch_rule_individual.pin = "1234"
    found = [
        to.stored_inbound(inbound_message),
        to.stored_outbound(outbound_message),
        to.stored_rule(rule_message),
    ]
    assert [(stored.spec, stored.exact) for stored in found] == [(INBOUND, False), (OUTBOUND, False), (RULE, False)]


def test_a_rule_of_another_kind_is_read_without_harm() -> None:
    direct = api.SIPDispatchRule(dispatch_rule_direct=api.SIPDispatchRuleDirect(room_name="lobby"))
    stored = to.stored_rule(api.SIPDispatchRuleInfo(sip_dispatch_rule_id="SDR_a", rule=direct))
    assert (stored.id, stored.exact, stored.spec.room_prefix) == ("SDR_a", False, "")


@given(st.one_of(inbound, outbound, rules), st.one_of(inbound, outbound, rules))
def test_a_listed_object_holds_its_own_spec_alone(spec: AnySpec, other: AnySpec) -> None:
    listed = Listed("ST_1", spec.metadata, to.message_of(spec))
    assert listed.holds(spec)
    assert listed.holds(other) == (spec == other)


def test_a_listed_object_with_more_than_its_spec_does_not_hold_it() -> None:
    info = to.inbound_message(INBOUND)
    info.sip_trunk_id, info.media.encryption = "ST_1", api.SIPMediaEncryption.SIP_MEDIA_ENCRYPT_DISABLE
    assert listed_trunk(info).holds(INBOUND)
    info.krisp_enabled = True
    assert not listed_trunk(info).holds(INBOUND)

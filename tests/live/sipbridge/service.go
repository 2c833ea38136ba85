package main

import (
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
)

// keyTime is from one DTMF key's start to the next one's, as measured on the wire.
const keyTime = 540 * time.Millisecond

// key is one DTMF key, and when it began on the wire.
type key struct {
	Digit string    `json:"digit"`
	At    time.Time `json:"at"`
}

// become makes of the SIP service what a signal or its load makes of a real one. A service that is killed is this
// process killed.
func (b *bridge) become(state string) error {
	switch state {
	case "on", "overloaded":
		return b.claims(true, state == "overloaded")
	case "draining":
		return b.claims(false, false)
	case "off":
		if err := b.claims(false, false); err != nil {
			return err
		}
		for _, l := range b.up() {
			b.set(l, func() { l.cut = errShuttingDown })
			b.leaves(l)
		}
		return nil
	}
	return errUnknownState
}

// claims makes the service claim dials or not.
func (b *bridge) claims(claims, overloaded bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	was := !b.deaf
	b.deaf, b.overloaded = !claims, overloaded
	if claims && !was {
		return b.srv.RegisterCreateSIPParticipantTopic("")
	}
	if was && !claims {
		b.srv.DeregisterCreateSIPParticipantTopic("")
	}
	return nil
}

func (b *bridge) isOverloaded() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.overloaded
}

// up gives the calls that have not ended.
func (b *bridge) up() []*leg {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []*leg
	for _, l := range b.legs {
		if l.EndedAt == nil {
			found = append(found, l)
		}
	}
	return found
}

// leaves ends a call of a service that stops. One that is still entering its room, where the server shows it already,
// leaves when it is in: join.
func (b *bridge) leaves(l *leg) {
	b.mu.Lock()
	room, entering := l.room, l.entering
	b.mu.Unlock()
	if entering {
		return
	}
	if room != nil {
		room.DisconnectWithReason(livekit.DisconnectReason_UNKNOWN_REASON)
	}
	b.ended(l)
}

// callbacks listens for what a SIP service does: keys to press, audio that takes a caller.
func (b *bridge) callbacks(l *leg) *lksdk.RoomCallback {
	return &lksdk.RoomCallback{
		OnDisconnected: func() { b.ended(l) },
		ParticipantCallback: lksdk.ParticipantCallback{
			OnTrackPublished: func(track *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) { b.heard(l, track) },
			OnDataPacket: func(data lksdk.DataPacket, _ lksdk.DataReceiveParams) {
				if pressed, ok := data.(*livekit.SipDTMF); ok && pressed.Digit != "w" {
					b.press(l, pressed.Digit)
				}
			},
		},
	}
}

// press puts a key on the wire, after those that are on it.
func (b *bridge) press(l *leg, digit string) {
	b.set(l, func() {
		at := time.Now()
		if l.busy.After(at) {
			at = l.busy
		}
		l.Keys, l.busy = append(l.Keys, key{digit, at}), at.Add(keyTime)
	})
}

// heard answers a caller when somebody's audio is there.
func (b *bridge) heard(l *leg, track *lksdk.RemoteTrackPublication) {
	if l.Direction == "inbound" && l.AnsweredAt == nil && l.room != nil && track.Kind() == lksdk.TrackKind(webrtc.RTPCodecTypeAudio.String()) {
		b.takes(l)
	}
}

func (b *bridge) takes(l *leg) {
	b.answered(l)
	b.tell(l, "active", nil)
}

// comesIn lets a caller into the room that the dispatch rules name. It rings until it is taken.
func (b *bridge) comesIn(in invite, id string, to *rpc.EvaluateSIPDispatchRulesResponse) (*leg, error) {
	l := b.add(&leg{Direction: "inbound", CallID: id, Room: to.RoomName, Identity: to.ParticipantIdentity, Status: "ringing"})
	if err := b.srv.RegisterTransferSIPParticipantTopic(id); err != nil {
		return nil, err
	}
	attrs := map[string]string{attrCallIDFull: id + "@" + in.SourceIP, attrCallTag: id}
	for name, value := range to.ParticipantAttributes {
		attrs[name] = value
	}
	if err := b.join(l, to.ParticipantName, to.ParticipantMetadata, attrs, to.RoomConfig, "ringing"); err != nil {
		return nil, err
	}
	if in.Taken {
		b.takes(l)
	}
	for _, other := range l.room.GetRemoteParticipants() {
		for _, track := range other.TrackPublications() {
			if remote, ok := track.(*lksdk.RemoteTrackPublication); ok {
				b.heard(l, remote)
			}
		}
	}
	if in.Seconds > 0 {
		time.AfterFunc(time.Duration(in.Seconds)*time.Second, func() { b.hangUp(l) })
	}
	return l, nil
}

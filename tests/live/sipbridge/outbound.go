package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/protocol/utils/guid"
)

const (
	longestRinging = 3 * time.Minute
	longestCall    = 24 * time.Hour
	attrCallIDFull = "sip.callIDFull"
	attrCallTag    = "sip.callTag"
)

// CreateSIPParticipant places an outbound call.
func (b *bridge) CreateSIPParticipant(ctx context.Context, req *rpc.InternalCreateSIPParticipantRequest) (*rpc.InternalCreateSIPParticipantResponse, error) {
	if b.isOverloaded() { // checked first by the service, then the media
		return nil, errOverloaded
	}
	if req.Media.GetOnlyListedCodecs() && len(req.Media.GetCodecs()) == 0 {
		return nil, errors.New("no codecs specified")
	}
	l := b.add(&leg{Direction: "outbound", CallID: req.SipCallId, Room: req.RoomName, Identity: req.ParticipantIdentity, Status: "dialing", Request: req, pick: make(chan struct{})})
	if err := b.srv.RegisterTransferSIPParticipantTopic(req.SipCallId); err != nil {
		return nil, err
	}
	dial := func() error { return b.dial(l, scriptOf(req)) }
	if strings.HasSuffix(req.CallTo, "0300") {
		dial = func() error { return b.isPickedUp(ctx, l) }
	} else if err := b.join(l, req.ParticipantName, req.ParticipantMetadata, req.ParticipantAttributes, nil, "dialing"); err != nil {
		return nil, err
	}
	if !req.WaitUntilAnswered {
		go dial()
	} else if err := dial(); err != nil {
		return nil, err
	}
	if strings.HasPrefix(req.Address, "lost.") {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return &rpc.InternalCreateSIPParticipantResponse{ParticipantId: guid.New("PA_"), ParticipantIdentity: req.ParticipantIdentity, SipCallId: req.SipCallId}, nil
}

// isPickedUp waits for a test that plays the phone in our place.
func (b *bridge) isPickedUp(ctx context.Context, l *leg) error {
	b.set(l, func() { l.Status = "ringing" })
	select {
	case <-l.pick:
		b.answered(l)
		return nil
	case <-l.gone:
		return l.cut
	case <-ctx.Done():
		b.ended(l)
		return ctx.Err()
	}
}

// dial plays a script; limits count from here, as from the INVITE.
func (b *bridge) dial(l *leg, s script) error {
	longest := orElse(l.Request.MaxCallDuration.AsDuration(), longestCall)
	most := min(orElse(l.Request.RingingTimeout.AsDuration(), longestRinging), longest)
	heard := min(50*time.Millisecond, b.ring/2)
	lasts := map[until]time.Duration{atOnce: heard, rung: b.ring, silence: orElse(s.after, b.silence), limit: most}[s.until]
	err := b.stays(l, heard)
	if err == nil && s.rings {
		b.tell(l, "ringing", nil)
	}
	if err == nil {
		err = b.stays(l, min(lasts, most)-heard)
	}
	switch {
	case err != nil:
	case lasts >= most:
		err, s.left = errRangOut, livekit.DisconnectReason_USER_UNAVAILABLE
	default:
		err = s.err
	}
	if err != nil {
		b.set(l, func() { l.SIPStatus = s.status })
		l.room.DisconnectWithReason(s.left)
		b.ended(l)
		return err
	}
	b.talks(l, longest)
	return nil
}

// talks answers, presses the keys asked for and stays until the callee hangs up or the call's limit.
func (b *bridge) talks(l *leg, longest time.Duration) {
	full := map[string]string{attrCallIDFull: guid.HashedID(l.CallID), attrCallTag: "bridge"}
	if keys := l.Request.Dtmf; keys != "" {
		b.tell(l, "automation", full)
		for _, digit := range keys {
			if digit == 'w' {
				time.Sleep(500 * time.Millisecond)
			} else {
				b.press(l, string(digit))
				time.Sleep(keyTime)
			}
		}
	}
	b.tell(l, "active", full)
	b.answered(l)
	left := longest - time.Since(l.At)
	if talks := talkTime(l.Request.CallTo); talks > 0 {
		left = min(left, talks)
	}
	time.AfterFunc(left, func() { b.hangUp(l) })
}

// stays waits, and returns how the call was ended meanwhile: by the room, which is told as if it had rung out.
func (b *bridge) stays(l *leg, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-l.gone:
		b.mu.Lock()
		defer b.mu.Unlock()
		if l.cut != nil {
			return l.cut
		}
		return errRangOut
	}
}

func (b *bridge) answered(l *leg) {
	b.set(l, func() { now := time.Now(); l.AnsweredAt, l.Status, l.SIPStatus = &now, "active", 200 })
}

// tell changes the phone's status, and other attributes.
func (b *bridge) tell(l *leg, status string, more map[string]string) {
	attrs := map[string]string{livekit.AttrSIPCallStatus: status}
	for name, value := range more {
		attrs[name] = value
	}
	b.set(l, func() { l.Status = status })
	l.room.LocalParticipant.SetAttributes(attrs)
}

// hangUp ends a call from the phone's side, once.
func (b *bridge) hangUp(l *leg) {
	select {
	case <-l.gone:
	default:
		b.tell(l, "hangup", nil)
		l.room.Disconnect()
		b.ended(l)
	}
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

var errUnknownState = errors.New("the SIP service can be on, draining, overloaded or off")

package main

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/psrpc"
)

// How a call goes is told by the first label of the gateway's name, else by the
// number called. telephony/sandbox/script.py plays the same, and
// tests/contract/dial_table.py holds both to one table.
//
//	number ends 0NNN (a SIP status of those below)   that status: the callee's after ringing, the carrier's at once
//	number ends 0999                                 rings until the ringing limit
//	number ends 02NN                                 answers, hangs up after NN seconds
//	number ends 0300                                 rings until a test picks up
//	gateway s503. (s + status)                       that status before anything rings
//	gateway r503. (r + status)                       rings, then that status
//	gateway limit503. (403 429 480 486 500 503)      that status with a carrier's words for a limit
//	gateway silent. silent3.                         says nothing: given up after 32 s (-silence), or 3
//	gateway trying.                                  100 Trying and no more, until the ringing limit
//	gateway stalled. stalled-ringing.                100 (and 180), then the transaction dies
//	gateway refused. refused3.                       refuses TCP and TLS; over UDP as silent
//	gateway untrusted.                               TLS certificate that cannot be verified
//	gateway unresolved.                              name that DNS does not know
//	gateway auth.                                    asks for credentials, takes the password "right"
//	gateway nocodec.                                 no codec in common
//	gateway srtp. plain.                             requires encryption, knows none
//	gateway lost.                                    dials, joins, and never answers the request
//	anything else                                    answers and stays

// until is what a dial waits for before it ends.
type until int

const (
	atOnce until = iota
	rung
	silence
	limit
)

// script is a call's course; without an err it is answered.
type script struct {
	err    error
	left   livekit.DisconnectReason
	rings  bool
	until  until
	after  time.Duration
	status int
}

var (
	errRangOut      = psrpc.NewError(psrpc.Canceled, errors.New("sip request timed out"))
	errShuttingDown = psrpc.NewErrorf(psrpc.FailedPrecondition, "service shutting down")
	errOverloaded   = psrpc.NewErrorf(psrpc.Unavailable, "cpu exhausted")

	gatewayName  = regexp.MustCompile(`^([a-z-]+)(\d*)\.`)
	numberStatus = regexp.MustCompile(`0(30[12]|40[02-68]|410|415|433|48[04678]|50[0-4]|60[034678])$`)
	ringsFirst   = []int{408, 480, 486, 487, 600, 603, 607, 608}
	explained    = []int{400, 404, 480, 486, 488}
	limits       = map[int]string{
		403: "User channel limit exceeded", 429: "Too many calls per second", 480: "No channels available",
		486: "Maximum simultaneous calls reached", 500: "Concurrent call limit exceeded", 503: "CPS limit exceeded",
	}
	words = map[int]string{
		301: "Moved Permanently", 302: "Moved Temporarily", 400: "Bad Request", 402: "Payment Required",
		403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout",
		410: "Gone", 415: "Unsupported Media Type", 433: "Anonymity Disallowed", 480: "Temporarily Unavailable",
		484: "Address Incomplete", 486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here",
		500: "Server Internal Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
		504: "Server Time-out", 600: "Busy Everywhere", 603: "Decline", 604: "Does Not Exist Anywhere",
		606: "Not Acceptable", 607: "Unwanted", 608: "Rejected",
	}
)

func scriptOf(req *rpc.InternalCreateSIPParticipantRequest) script {
	if found := gatewayName.FindStringSubmatch(req.Address); found != nil {
		n, _ := strconv.Atoi(found[2])
		if s, ok := byGateway(found[1], n, req); ok {
			return s
		}
	}
	if found := numberStatus.FindStringSubmatch(req.CallTo); found != nil {
		code, _ := strconv.Atoi(found[1])
		return answersWith(code, "", slices.Contains(ringsFirst, code))
	}
	if strings.HasSuffix(req.CallTo, "0999") {
		return script{errRangOut, livekit.DisconnectReason_USER_UNAVAILABLE, true, limit, 0, 0}
	}
	return script{rings: true, until: rung, status: 200}
}

func byGateway(name string, n int, req *rpc.InternalCreateSIPParticipantRequest) (script, bool) {
	transport := req.Transport.Name()
	switch name {
	case "s", "r":
		return answersWith(n, "", name == "r"), n >= 300 && n < 700
	case "limit":
		return answersWith(n, limits[n], false), limits[n] != ""
	case "silent":
		return silent(n), true
	case "trying":
		return script{errRangOut, livekit.DisconnectReason_USER_UNAVAILABLE, false, limit, 0, 0}, true
	case "stalled":
		return script{died(1), livekit.DisconnectReason_USER_UNAVAILABLE, false, rung, 0, 0}, true
	case "stalled-ringing":
		return script{died(2), livekit.DisconnectReason_USER_UNAVAILABLE, true, rung, 0, 0}, true
	case "refused":
		if transport != "tcp" && transport != "tls" {
			return silent(n), true // an ICMP refusal is not noticed
		}
		return refused("transport<%s> dial err=dial tcp :0->%s: connect: connection refused", strings.ToUpper(transport), somewhere(req)), true
	case "untrusted":
		cause := "tls: failed to verify certificate: x509: certificate signed by unknown authority"
		return refused("conn %s write err=%s. transaction transport error", somewhere(req), cause), transport == "tls"
	case "unresolved":
		host, _, _ := strings.Cut(req.Address, ":")
		if transport == "" {
			transport = "udp"
		}
		err := psrpc.NewErrorf(psrpc.InvalidArgument, "fail to resolve target for %q: lookup _sip._%s.%s on 127.0.0.53:53: no such host", host, transport, host)
		return script{err: err}, true
	case "auth":
		if req.Username == "" || req.Password == "" {
			return rejected("sip server required auth, but no username or password was provided", false), true
		}
		return rejected("max auth retry attempts reached for SIP invite", false), req.Password != "right"
	case "nocodec":
		return rejected("common audio codec not found", true), true
	case "srtp":
		return rejected("no common encryption profiles", true), encryption(req) == livekit.SIPMediaEncryption_SIP_MEDIA_ENCRYPT_DISABLE
	case "plain":
		return rejected("no common encryption profiles", true), encryption(req) == livekit.SIPMediaEncryption_SIP_MEDIA_ENCRYPT_REQUIRE
	}
	return script{}, false
}

// answersWith is a final answer of the carrier's, as the SIP service passes it on.
func answersWith(code int, phrase string, rings bool) script {
	if phrase == "" {
		if phrase = words[code]; phrase == "" {
			phrase = "Declined by the carrier"
		}
	}
	status := &livekit.SIPStatus{Code: livekit.SIPStatusCode(code), Status: phrase}
	told := "unexpected status from INVITE response: %w"
	if slices.Contains(explained, code) {
		told = "INVITE failed: %w"
	}
	err := psrpc.NewError(psrpc.ErrorCodeFromGRPC(status.GRPCStatus().Code()), fmt.Errorf(told, status), status)
	s := script{err: err, left: leftFor(code, phrase), rings: rings, status: code}
	if rings {
		s.until = rung
	}
	return s
}

func leftFor(code int, phrase string) livekit.DisconnectReason {
	phrase = strings.ToLower(phrase)
	limited := strings.Contains(phrase, "cps limit exceeded") || strings.Contains(phrase, "concurrent call limit exceeded")
	switch {
	case code == 404 || code == 408 || code == 480:
		return livekit.DisconnectReason_USER_UNAVAILABLE
	case code < 400 || (code >= 500 && code < 600 && !limited):
		return livekit.DisconnectReason_UNKNOWN_REASON
	}
	return livekit.DisconnectReason_USER_REJECTED
}

func died(provisional int) error {
	return psrpc.NewErrorf(psrpc.Canceled, "transaction failed to complete (%d intermediate responses)", provisional)
}

func silent(seconds int) script {
	return script{died(0), livekit.DisconnectReason_USER_UNAVAILABLE, false, silence, time.Duration(seconds) * time.Second, 0}
}

func refused(text string, args ...any) script {
	return script{err: psrpc.NewErrorf(psrpc.FailedPrecondition, text, args...)}
}

func rejected(text string, rings bool) script {
	s := script{err: psrpc.NewErrorf(psrpc.FailedPrecondition, "%s", text), left: livekit.DisconnectReason_USER_REJECTED, rings: rings}
	if rings {
		s.until = rung
	}
	return s
}

// somewhere is the address of nobody's that the gateways are at, RFC 5737.
func somewhere(req *rpc.InternalCreateSIPParticipantRequest) string {
	port := "5060"
	if req.Transport == livekit.SIPTransport_SIP_TRANSPORT_TLS {
		port = "5061"
	}
	if _, given, err := net.SplitHostPort(req.Address); err == nil {
		port = given
	}
	return net.JoinHostPort("192.0.2.1", port)
}

func encryption(req *rpc.InternalCreateSIPParticipantRequest) livekit.SIPMediaEncryption {
	req.Upgrade()
	return req.Media.GetEncryption()
}

// talkTime gives how long an answered call lasts before the callee hangs up; 0 stays.
func talkTime(number string) time.Duration {
	if len(number) >= 4 && number[len(number)-4:len(number)-2] == "02" {
		s, _ := strconv.Atoi(number[len(number)-2:])
		return time.Duration(s) * time.Second
	}
	return 0
}

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/rpc"
	"github.com/livekit/psrpc"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	"google.golang.org/protobuf/proto"
)

// What an egress service says of a bucket whose keys are wrong.
const storageRefuses = "S3 upload failed: operation error S3: PutObject, https response error StatusCode: 403, " +
	"RequestID: 1, HostID: , api error InvalidAccessKeyId: The Access Key Id you provided does not exist in our records."

// recorder stands where an egress service stands beside a real LiveKit server: it joins the room as one does, hidden
// and of kind EGRESS, counts the audio that reaches it, and tells the server of its states in the same order. It
// writes no file. POST /egress/{mode} has it work from now on:
//
//	saves     as one that records and saves
//	refused   as one whose storage refuses the file at the end
//	dies      as one that goes away without a word once it records
//	deaf      as one that records and answers no request to stop
//	off       not at all (as at the start)
type recorder struct {
	bridge *bridge
	bus    psrpc.MessageBus
	srv    rpc.EgressInternalServer
	jobs   rpc.EgressHandlerServer

	mu   sync.Mutex
	mode string
	all  []*recording
}

// recording is one egress. Heard counts the packets of audio by who sent them.
type recording struct {
	At      time.Time      `json:"at"`
	ID      string         `json:"id"`
	Room    string         `json:"room"`
	Key     string         `json:"key"`
	Bucket  string         `json:"bucket"`
	Heard   map[string]int `json:"heard"`
	EndedAt *time.Time     `json:"ended_at,omitempty"`
	mode    string
	info    *livekit.EgressInfo
	room    *lksdk.Room
	joined  chan struct{}
	ending  sync.Once
}

func newRecorder(b *bridge, bus psrpc.MessageBus) (*recorder, error) {
	r := &recorder{bridge: b, bus: bus, mode: "off"}
	var err error
	if r.srv, err = rpc.NewEgressInternalServer(r, bus); err != nil {
		return nil, err
	}
	r.jobs, err = rpc.NewEgressHandlerServer(r, bus)
	return r, err
}

// StartEgress answers before anything is recorded, as the service does.
func (r *recorder) StartEgress(ctx context.Context, req *rpc.StartEgressRequest) (*livekit.EgressInfo, error) {
	asked := proto.Clone(req.GetRoomComposite()).(*livekit.RoomCompositeEgressRequest)
	if asked.GetRoomName() == "" || len(asked.FileOutputs) != 1 || !asked.AudioOnly {
		return nil, psrpc.NewErrorf(psrpc.InvalidArgument, "request has missing or invalid field: file_outputs")
	}
	file := asked.FileOutputs[0]
	rec := &recording{
		At: time.Now(), ID: req.EgressId, Room: asked.RoomName, Key: file.Filepath, Bucket: file.GetS3().GetBucket(),
		Heard: map[string]int{}, joined: make(chan struct{}),
	}
	if s3 := file.GetS3(); s3 != nil { // the service tells nobody the keys it was given
		s3.AccessKey, s3.Secret = "{access_key}", "{secret}"
	}
	now := time.Now().UnixNano()
	rec.info = &livekit.EgressInfo{
		EgressId: req.EgressId, RoomId: req.RoomId, RoomName: asked.RoomName, StartedAt: now, UpdatedAt: now,
		Status: livekit.EgressStatus_EGRESS_STARTING, Request: &livekit.EgressInfo_RoomComposite{RoomComposite: asked},
		FileResults: []*livekit.FileInfo{{Filename: file.Filepath}},
	}
	if err := r.jobs.RegisterStopEgressTopic(rec.ID); err != nil {
		return nil, err
	}
	r.mu.Lock()
	rec.mode = r.mode
	r.all = append(r.all, rec)
	r.mu.Unlock()
	if _, err := r.bridge.io.CreateEgress(ctx, rec.info); err != nil {
		return nil, err
	}
	first := r.told(rec)
	go r.record(rec)
	return first, nil
}

func (r *recorder) StartEgressAffinity(context.Context, *rpc.StartEgressRequest) float32 { return 1 }

func (r *recorder) ListActiveEgress(context.Context, *rpc.ListActiveEgressRequest) (*rpc.ListActiveEgressResponse, error) {
	return &rpc.ListActiveEgressResponse{}, nil
}

func (r *recorder) UpdateEgress(context.Context, *livekit.UpdateEgressRequest) (*livekit.EgressInfo, error) {
	return nil, psrpc.NewErrorf(psrpc.Unimplemented, "not here")
}

func (r *recorder) UpdateStream(context.Context, *livekit.UpdateStreamRequest) (*livekit.EgressInfo, error) {
	return nil, psrpc.NewErrorf(psrpc.InvalidArgument, "UpdateStream called on non-streaming egress")
}

func (r *recorder) StopEgress(_ context.Context, req *livekit.StopEgressRequest) (*livekit.EgressInfo, error) {
	r.mu.Lock()
	var found *recording
	for _, rec := range r.all {
		if rec.ID == req.EgressId {
			found = rec
		}
	}
	r.mu.Unlock()
	if found == nil {
		return nil, psrpc.NewErrorf(psrpc.NotFound, "egress not found")
	}
	r.end(found)
	return r.told(found), nil
}

// record is in the room until it ends, or until somebody stops it.
func (r *recorder) record(rec *recording) {
	no, yes := false, true
	token, err := auth.NewAccessToken(r.bridge.key, r.bridge.secret).SetIdentity(rec.ID).SetKind(livekit.ParticipantInfo_EGRESS).
		SetVideoGrant(&auth.VideoGrant{
			RoomJoin: true, Room: rec.Room, CanSubscribe: &yes, CanPublish: &no, CanPublishData: &no, Hidden: true, Recorder: true,
		}).ToJWT()
	if err != nil {
		return
	}
	heard := func(track *webrtc.TrackRemote, _ *lksdk.RemoteTrackPublication, who *lksdk.RemoteParticipant) {
		for {
			if _, _, err := track.ReadRTP(); err != nil {
				return
			}
			r.mu.Lock()
			rec.Heard[who.Identity()]++
			r.mu.Unlock()
			r.begin(rec)
		}
	}
	room, err := lksdk.ConnectToRoomWithToken(r.bridge.wsURL, token, &lksdk.RoomCallback{
		ParticipantCallback: lksdk.ParticipantCallback{OnTrackSubscribed: heard},
		OnDisconnected:      func() { r.end(rec) },
	})
	r.mu.Lock()
	rec.room = room
	r.mu.Unlock()
	close(rec.joined)
	if err != nil {
		r.end(rec)
	}
}

// begin says with the first packet that it records.
func (r *recorder) begin(rec *recording) {
	r.mu.Lock()
	first := rec.info.Status == livekit.EgressStatus_EGRESS_STARTING
	if first {
		rec.info.UpdateStatus(livekit.EgressStatus_EGRESS_ACTIVE)
		rec.info.FileResults[0].StartedAt = time.Now().UnixNano()
	}
	r.mu.Unlock()
	if !first {
		return
	}
	r.bridge.io.UpdateEgress(context.Background(), r.told(rec))
	switch rec.mode {
	case "deaf":
		r.jobs.DeregisterStopEgressTopic(rec.ID)
	case "dies":
		rec.ending.Do(func() {
			<-rec.joined
			r.jobs.DeregisterStopEgressTopic(rec.ID)
			rec.room.Disconnect()
		})
	}
}

// end saves what there is, in the service's order of states. It returns once it has said that it is ending.
func (r *recorder) end(rec *recording) {
	rec.ending.Do(func() {
		now := time.Now()
		r.mu.Lock()
		rec.EndedAt = &now
		file := rec.info.FileResults[0]
		began := rec.info.Status == livekit.EgressStatus_EGRESS_ACTIVE
		if began {
			rec.info.UpdateStatus(livekit.EgressStatus_EGRESS_ENDING)
			file.EndedAt, file.Duration = now.UnixNano(), now.UnixNano()-file.StartedAt
		} else {
			rec.info.SetAborted(livekit.MsgStoppedBeforeStarted)
		}
		room := rec.room
		r.mu.Unlock()
		go func() {
			r.bridge.io.UpdateEgress(context.Background(), r.told(rec))
			if room != nil {
				room.Disconnect()
			}
			if began {
				r.save(rec, file)
			}
			r.jobs.DeregisterStopEgressTopic(rec.ID)
		}()
	})
}

func (r *recorder) save(rec *recording, file *livekit.FileInfo) {
	r.mu.Lock()
	if rec.mode == "refused" {
		rec.info.SetFailed(psrpc.NewErrorf(psrpc.InvalidArgument, storageRefuses))
	} else {
		file.Size = 1_000 + file.Duration/int64(time.Millisecond)*16
		rec.info.SetComplete()
	}
	r.mu.Unlock()
	r.bridge.io.UpdateEgress(context.Background(), r.told(rec))
}

func (r *recorder) told(rec *recording) *livekit.EgressInfo {
	r.mu.Lock()
	defer r.mu.Unlock()
	return proto.Clone(rec.info).(*livekit.EgressInfo)
}

func (r *recorder) routes() {
	http.HandleFunc("GET /egress", func(w http.ResponseWriter, _ *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		json.NewEncoder(w).Encode(append([]*recording{}, r.all...))
	})
	http.HandleFunc("POST /egress/{mode}", func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		before := r.mode
		r.mode = q.PathValue("mode")
		if r.mode == "off" && before != "off" {
			r.srv.DeregisterStartEgressTopic("")
		} else if r.mode != "off" && before == "off" {
			if err := r.srv.RegisterStartEgressTopic(""); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		}
	})
}

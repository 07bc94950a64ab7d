// Package trajectories carries the trajectories of actors to a learner that does not wait for any of
// them. They wait in a small stream in the memory of the hub. A full stream refuses more, so the
// actors wait. What is lost with a hub or a worker is not missed: it was going to be old.
package trajectories

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/klauspost/compress/s2"
)

// Kind is the Kind of announcements of runs whose workers play trajectories.
const Kind = "trajectories"

// maxMessage is the largest length of a message [bytes].
const maxMessage = 512 << 10

// maxTrajectory is the largest length of a trajectory [bytes].
const maxTrajectory = 64 << 20

// headSize is the length of a message without the trajectory [bytes]: a flag, and a count of refusals.
const headSize = 1 + 4

// The flags of a message.
const (
	plain      = 0
	compressed = 1 // by s2
)

func streamName(run string) string    { return "RL_TRAJ_" + run }
func streamSubject(run string) string { return "rl.traj." + run }
func joinSubject(run string) string   { return "rl.join." + run }

// errMessage is the error of a message that no actor has sent.
var errMessage = errors.New("not a message with a trajectory")

// appendMessage appends the message with a trajectory to b. The actor was refused the given number of
// times before. Images are compressed; numbers are not, because it would save little.
func appendMessage(b, trajectory []byte, refused int, images bool) ([]byte, error) {
	b = append(b, plain)
	b = binary.LittleEndian.AppendUint32(b, uint32(refused))
	if images {
		b[0] = compressed
		b = append(b, s2.Encode(nil, trajectory)...)
	} else {
		b = append(b, trajectory...)
	}
	if len(b) > maxMessage {
		return nil, fmt.Errorf("a trajectory has %d bytes, want %d at most for a hub: smaller n_steps, actor_steps or n_envs", len(b), maxMessage)
	}
	return b, nil
}

// decodeMessage returns the trajectory in a message, and the number of refusals.
func decodeMessage(data []byte) (trajectory []byte, refused int, err error) {
	if len(data) < headSize || len(data) > maxMessage || data[0] > compressed {
		return nil, 0, errMessage
	}
	refused = int(binary.LittleEndian.Uint32(data[1:]) & (1<<20 - 1))
	trajectory = data[headSize:]
	if data[0] == compressed {
		if n, err := s2.DecodedLen(trajectory); err != nil || n > maxTrajectory {
			return nil, 0, errMessage
		}
		if trajectory, err = s2.Decode(nil, trajectory); err != nil {
			return nil, 0, errMessage
		}
	}
	return trajectory, refused, nil
}

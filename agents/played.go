package agents

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/rlrun/rlrun/replay"
)

// errPlayed is the error of bytes that are no result of a part.
var errPlayed = errors.New("agents: damaged result of a part")

// appendPlayed encodes the result of a part and appends the bytes to b: the state after it, its steps, and
// the statistics of its episodes.
func appendPlayed(b, state []byte, steps *replay.RolloutPart, stats *Stats) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(state)))
	b = steps.Append(append(b, state...))
	b = appendDouble(b, stats.maxAbsReward)
	for _, e := range stats.ended {
		b = binary.LittleEndian.AppendUint32(appendDouble(b, e.Return), uint32(e.Length))
	}
	for _, m := range stats.endedMeasures {
		b = appendDouble(b, m)
	}
	return b
}

// readPlayed decodes the result of a part. It writes the steps and the statistics, and returns a copy of the
// state.
func readPlayed(b []byte, steps *replay.RolloutPart, stats *Stats) (state []byte, err error) {
	if len(b) < 4 {
		return nil, errPlayed
	}
	n := binary.LittleEndian.Uint32(b)
	if b = b[4:]; uint64(n) > uint64(len(b)) {
		return nil, errPlayed
	}
	state, b = append(state, b[:n]...), b[n:]
	if b, err = steps.Decode(b); err != nil {
		return nil, err
	}
	stats.reset()
	return state, stats.readPart(b, steps)
}

// readPart reads the statistics of a part with the given steps.
func (s *Stats) readPart(b []byte, steps *replay.RolloutPart) (err error) {
	t, envs := steps.Size()
	s.steps = t * envs
	if s.maxAbsReward, b, err = readDouble(b); err != nil {
		return err
	}
	for at, done := range steps.Done() {
		for _, d := range done {
			if d == 0 {
				continue
			}
			var e Episode
			if e.Return, b, err = readDouble(b); err != nil || len(b) < 4 {
				return errPlayed
			}
			e.Length, b = int(binary.LittleEndian.Uint32(b)&math.MaxInt32), b[4:]
			s.ended, s.endedAt = append(s.ended, e), append(s.endedAt, at+1)
		}
	}
	for range len(s.ended) * len(s.measures) {
		var m float64
		if m, b, err = readDouble(b); err != nil {
			return err
		}
		s.endedMeasures = append(s.endedMeasures, m)
	}
	if len(b) > 0 {
		return errPlayed
	}
	return nil
}

// appendDouble appends v to b.
func appendDouble(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
}

// readDouble reads a finite number from the start of b. It returns the rest of b.
func readDouble(b []byte) (v float64, rest []byte, err error) {
	if len(b) < 8 {
		return 0, nil, errPlayed
	}
	if v = math.Float64frombits(binary.LittleEndian.Uint64(b)); v-v != 0 {
		return 0, nil, errPlayed
	}
	return v, b[8:], nil
}

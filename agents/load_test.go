package agents_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
)

// newTinyPPO returns a PPO with a small state.
func newTinyPPO(t testing.TB, mk env.Maker) *agents.PPO {
	t.Helper()
	c := agents.DefaultPPO()
	c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs = 2, 8, 8, 1
	c.Network.NetArch = policy.Layers(2)
	a, err := agents.NewPPO(mk, c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A state file has a magic word, a version, the length of the fields, the fields, and a checksum:
// see package state. headLen and tailLen are the numbers of bytes before and after the fields.
const headLen, tailLen = 24, 4

// seal returns a state file with the given fields and the right length and checksum.
func seal(fields []byte) []byte {
	b := binary.LittleEndian.AppendUint64([]byte("RLSTATE\n"), 2)
	b = append(binary.LittleEndian.AppendUint64(b, uint64(len(fields))), fields...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

// TestLoadDamaged checks that Load returns an error for a state file that is cut short or changed
// at some byte, for a state file of another environment, and for a file that does not exist.
func TestLoadDamaged(t *testing.T) {
	mk := env.Each(classic.NewCartPole)
	a := newTinyPPO(t, mk)
	agents.Must(a.Learn(16))
	good := stateBytes(t, a)
	if !bytes.Equal(seal(good[headLen:len(good)-tailLen]), good) {
		t.Fatal("seal returns other bytes than state.Save")
	}
	file := filepath.Join(t.TempDir(), "agent")
	load := func(data []byte, into state.Stater) error {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return agents.Load(file, into)
	}
	for n := 0; n < len(good); n += 29 {
		if err := load(good[:n], newTinyPPO(t, mk)); err == nil {
			t.Errorf("Load of %d bytes of %d: no error", n, len(good))
		}
		bad := bytes.Clone(good)
		bad[n] ^= 0x40
		if err := load(bad, newTinyPPO(t, mk)); err == nil {
			t.Errorf("Load with byte %d changed: no error", n)
		}
	}
	if err := load(good, newTinyPPO(t, env.Each(newTracking))); err == nil {
		t.Error("Load of another environment's checkpoint: no error")
	}
	if err := agents.Load(file+".none", a); err == nil {
		t.Error("Load of no file: no error")
	}
	if err := load(good, a); err != nil {
		t.Errorf("Load of the undamaged state: %v", err)
	}
}

// TestLoadForged checks that Load refuses a state with more episodes than steps, and a number of
// episodes that would overflow with the next episode.
func TestLoadForged(t *testing.T) {
	mk := env.Each(newMimic)
	a := newTinyPPO(t, mk)
	agents.Must(a.Learn(100))
	good := stateBytes(t, a)
	fields := good[headLen : len(good)-tailLen]
	at := bytes.Index(fields, []byte("stats/episodes\x00")) + len("stats/episodes\x00") + 8
	for _, episodes := range []uint64{113, math.MaxInt64, 1 << 63} {
		forged := bytes.Clone(fields)
		binary.LittleEndian.PutUint64(forged[at:], episodes)
		if err := state.Load(bytes.NewReader(seal(forged)), newTinyPPO(t, mk)); err == nil {
			t.Errorf("Load of %d episodes in 112 steps: no error", episodes)
		}
	}
}

// TestLoadForgedTable checks that Load refuses states and actions that a table does not have.
func TestLoadForgedTable(t *testing.T) {
	start := func() agents.Agent {
		return agents.Must(agents.NewSARSA(env.Each(newNumbered), agents.DefaultTabular()))
	}
	a := start()
	agents.Must(a.Learn(100))
	good := stateBytes(t, a)
	fields := good[headLen : len(good)-tailLen]
	forge := func(field string, x []byte) {
		forged := bytes.Clone(fields)
		copy(forged[bytes.Index(fields, []byte(field+"\x00"))+len(field)+9:], x)
		if err := state.Load(bytes.NewReader(seal(forged)), start()); err == nil {
			t.Errorf("Load of %v in %q: no error", x, field)
		}
	}
	for _, x := range []float64{-1, 0.5, 3, 1e30, math.NaN()} {
		forge("player/obs", binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(x))))
	}
	for _, k := range []int64{-1, 3, math.MaxInt64} {
		forge("td/act", binary.LittleEndian.AppendUint64(nil, uint64(k)))
	}
	if err := state.Load(bytes.NewReader(seal(fields)), start()); err != nil {
		t.Errorf("Load of the unchanged fields: %v", err)
	}
}

// TestLoadOtherVersions checks that Load refuses a later version of each part of an agent's state,
// with an error that names the part.
func TestLoadOtherVersions(t *testing.T) {
	choices, numbers := env.Each(newMimic), env.Each(newTracking)
	normal := agents.DefaultNormalize()
	normal.Obs, normal.Reward = true, true
	r := agents.DefaultReplay()
	r.BufferSize, r.BatchSize, r.LearningStarts, r.Prioritized = 100, 4, 20, true
	for want, newAgent := range map[string]func() (agents.Agent, error){
		"ppo on-policy actor-critic optimizer collector stats normalizer reward-scale": func() (agents.Agent, error) {
			c := agents.DefaultPPO()
			c.NSteps, c.BatchSize, c.Normalize = 8, 8, normal
			return agents.NewPPO(numbers, c)
		},
		"a2c on-policy": func() (agents.Agent, error) { return agents.NewA2C(choices, agents.DefaultA2C()) },
		"a3c collector": func() (agents.Agent, error) { return agents.NewA3C(choices, agents.DefaultA3C()) },
		"reinforce on-policy episodes": func() (agents.Agent, error) {
			return agents.NewReinforce(choices, agents.DefaultReinforce())
		},
		"dqn off-policy optimizer ring prioritized stats": func() (agents.Agent, error) {
			c := agents.DefaultDQN()
			c.Replay = r
			return agents.NewDQN(choices, c)
		},
		"ddpg dpg critics noise off-policy": func() (agents.Agent, error) {
			c := agents.DefaultDDPG()
			c.Replay = r
			return agents.NewDDPG(numbers, c)
		},
		"td3 dpg critics noise off-policy": func() (agents.Agent, error) {
			c := agents.DefaultTD3()
			c.Replay = r
			return agents.NewTD3(numbers, c)
		},
		"sac critics noise off-policy": func() (agents.Agent, error) {
			c := agents.DefaultSAC()
			c.Replay = r
			return agents.NewSAC(numbers, c)
		},
		"tabular td": func() (agents.Agent, error) {
			return agents.NewSARSA(env.Each(newNumbered), agents.DefaultTabular())
		},
		"linear td": func() (agents.Agent, error) { return agents.NewLinearSARSA(choices, agents.DefaultLinear()) },
	} {
		a := agents.Must(newAgent())
		agents.Must(a.Learn(20))
		good := stateBytes(t, a)
		fields := good[headLen : len(good)-tailLen]
		for _, part := range strings.Fields(want) {
			field := []byte("section " + part + "\x00")
			later, at := bytes.Clone(fields), bytes.Index(fields, field)
			if at < 0 {
				t.Errorf("%T has no section %q", a, part)
				continue
			}
			later[at+len(field)+8]++
			err := state.Load(bytes.NewReader(seal(later)), agents.Must(newAgent()))
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("its part %q was written by a later version", part)) {
				t.Errorf("%T with another version of %q: error %v", a, part, err)
			}
		}
	}
}

// FuzzLoadAgent loads arbitrary fields with a right checksum, as a forged file may have. If Load
// accepts them, Learn must continue or return an error.
func FuzzLoadAgent(f *testing.F) {
	makers := makers()
	names := slices.Sorted(maps.Keys(makers))
	for i, name := range names {
		a := newTinyPPO(f, makers[name])
		agents.Must(a.Learn(100))
		data := stateBytes(f, a)
		f.Add(uint8(i), data[headLen:len(data)-tailLen])
	}
	f.Fuzz(func(t *testing.T, kind uint8, fields []byte) {
		a := newTinyPPO(t, makers[names[int(kind)%len(names)]])
		if state.Load(bytes.NewReader(seal(fields)), a) != nil {
			return
		}
		if r, err := a.Learn(0); err != nil {
			t.Errorf("Learn(0) after Load: %v", err)
		} else if r.Steps <= state.MaxCount {
			a.Learn(r.Steps + 1)
		}
	})
}

package multibody

import (
	"encoding/binary"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// play builds b and takes five steps. It fails if the model is built and its initial state is not
// finite; an unstable simulation may end with an error.
func play(t *testing.T, b *Builder) {
	m, err := b.Build()
	if err != nil {
		if m != nil || !strings.HasPrefix(err.Error(), "multibody: ") {
			t.Fatalf("Build() = %v, %v, want no model and an error of this package", m, err)
		}
		return
	}
	d := m.NewData()
	d.Forward()
	for i := range d.Ctrl {
		d.Ctrl[i] = 1
	}
	for range 5 {
		if d.Step() != nil {
			return
		}
	}
	for i := range m.Geoms() {
		d.GeomPos(i)
		d.GeomRot(i)
	}
	for i := range d.Contacts {
		d.ContactForce(i)
	}
}

// FuzzLoadMJCF loads hostile files. The seeds are real ones.
func FuzzLoadMJCF(f *testing.F) {
	included, err := os.ReadFile("testdata/mjcf/common/defaults.xml")
	if err != nil {
		f.Fatal(err)
	}
	err = fs.WalkDir(os.DirFS("testdata/mjcf"), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".xml") {
			return err
		}
		data, err := os.ReadFile("testdata/mjcf/" + name)
		f.Add(data, included)
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, file, included []byte) {
		files := fstest.MapFS{"robot.xml": {Data: file}, "common/defaults.xml": {Data: included},
			"common/skybox.xml": {Data: included}, "common/visual.xml": {Data: []byte("<mujoco/>")}}
		b, err := LoadMJCF(files, "robot.xml")
		if err == nil {
			b.Iterations = min(b.Iterations, 50)
			play(t, b)
		} else if b != nil || !strings.HasPrefix(err.Error(), "multibody: ") {
			t.Fatalf("LoadMJCF = %v, %v, want no Builder and an error of this package", b, err)
		}
	})
}

// A source makes numbers from the input of a fuzz test.
type source struct{ data []byte }

// byte returns the next byte, 0 at the end.
func (s *source) byte() byte {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return b
}

// number returns a number from low to high, or seldom a hostile one.
func (s *source) number(low, high float64) float64 {
	hostile := [...]float64{0, -1, 1e-300, 1e-9, 1e9, 1e300, math.Inf(1), math.NaN()}
	k := s.byte()
	switch {
	case k < 245:
		return low + (high-low)*float64(k)/245
	case int(k-245) < len(hostile):
		return hostile[k-245]
	}
	var b [8]byte
	for i := range b {
		b[i] = s.byte()
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b[:]))
}

// vector returns three numbers from -size to size, or seldom hostile ones.
func (s *source) vector(size float64) Vec3 {
	return Vec3{s.number(-size, size), s.number(-size, size), s.number(-size, size)}
}

// body returns a body with a few joints, geoms and children.
func (s *source) body(depth int) Body {
	b := Body{Pos: s.vector(1)}
	if s.byte()%4 == 1 {
		b.Rot = Quat{s.number(-1, 1), s.number(-1, 1), s.number(-1, 1), s.number(-1, 1)}
	}
	if s.byte()%8 == 1 {
		b.Inertial = &Inertial{Pos: s.vector(1), Mass: s.number(0.1, 3), Moments: Vec3{s.number(1, 2), s.number(1, 2), s.number(1, 2)}}
	}
	for range s.byte() % 3 {
		j := DefaultJoint()
		j.Type, j.Axis, j.Pos = JointType(s.byte()%16/7), s.vector(1), s.vector(1)
		j.Limited, j.Range = j.Type != Free && s.byte()%2 == 0, [2]float64{s.number(-1, 0), s.number(0.1, 1)}
		j.Damping, j.Armature, j.Ref = s.number(0, 3), s.number(0, 1), s.number(-1, 1)
		if j.Type != Free {
			j.Stiffness = s.number(0, 30)
		}
		b.Joints = append(b.Joints, j)
	}
	for range 1 + s.byte()%3 {
		g := DefaultGeom()
		g.Shape, g.Pos = 1+Shape(s.byte()%16/7), s.vector(0.5)
		g.Size = [3]float64{s.number(0.01, 0.3), s.number(0.01, 0.5), s.number(0.01, 0.2)}
		if s.byte()%4 == 1 {
			g.Density, g.Margin, g.Friction[0], g.Softness.Imp[4] = s.number(0, 1000), s.number(0, 0.1), s.number(0, 2), s.number(1, 4)
		}
		b.Geoms = append(b.Geoms, g)
	}
	for range s.byte() % 3 {
		if depth > 0 {
			b.Bodies = append(b.Bodies, s.body(depth-1))
		}
	}
	return b
}

// FuzzBuilder builds mechanisms of hostile numbers.
func FuzzBuilder(f *testing.F) {
	f.Add([]byte{}, false)
	for seed := range uint64(40) {
		r, data := rand.New(rand.NewPCG(seed, 0)), make([]byte, 400)
		for i := range data {
			data[i] = byte(r.IntN(245 + int(seed)/4)) // the first ones without hostile numbers
		}
		f.Add(data, seed%2 == 0)
	}
	f.Fuzz(func(t *testing.T, data []byte, pgs bool) {
		s := &source{data}
		b := NewBuilder()
		if pgs {
			b.Solver, b.Integrator = PGS, RK4
		}
		b.World = s.body(4)
		b.World.Joints = nil
		b.World.Geoms = append(b.World.Geoms, DefaultGeom().Plane(Vec3{}))
		names(&b.World, new(int))
		b.Actuators = []Actuator{{Joint: "j1", Gear: s.number(-1, 1), Gain: s.number(0, 10), Bias: [3]float64{s.number(-1, 1), s.number(-9, 0), s.number(-1, 0)}}}
		play(t, b)
	})
}

// names names the joints of a body and its children j1, j2, ….
func names(b *Body, n *int) {
	for i := range b.Joints {
		*n++
		b.Joints[i].Name = "j" + string(rune('0'+*n%10)) + strings.Repeat("'", *n/10)
	}
	for i := range b.Bodies {
		names(&b.Bodies[i], n)
	}
}

package mujoco

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/multibody"
)

// TestDescriptions compares the models with MuJoCo's own, compiled from Gymnasium's files: every
// option, body, joint, geom and motor, and in the pose of the files the place, mass and inertia of
// each body and the place of each geom. See testdata/README.md.
func TestDescriptions(t *testing.T) {
	var want map[string]any
	golden.Read(t, "testdata/descriptions.json.gz", &want)
	models := map[string]*multibody.Builder{
		"InvertedPendulum-v5": invertedPendulumModel(), "InvertedDoublePendulum-v5": invertedDoublePendulumModel(),
		"Reacher-v5": reacherModel(), "Swimmer-v5": swimmerModel(), "Hopper-v5": hopperModel(),
		"HalfCheetah-v5": halfCheetahModel(), "Walker2d-v5": walker2dModel(), "Ant-v5": antModel(), "Humanoid-v5": humanoidModel(standingHumanoid()),
		"HumanoidStandup-v5": humanoidModel(lyingHumanoid()), "Pusher-v5": pusherModel(),
	}
	if len(want) != len(models) {
		t.Errorf("%d descriptions are recorded, want %d", len(want), len(models))
	}
	for _, id := range slices.Sorted(maps.Keys(models)) {
		got, err := json.Marshal(describe(t, models[id]))
		if err != nil {
			t.Fatal(err)
		}
		var tree any
		if err := json.Unmarshal(got, &tree); err != nil {
			t.Fatal(err)
		}
		compareTrees(t, id, tree, want[id])
	}
}

// compareTrees compares two decoded JSON values. Numbers must agree to 1e-12.
func compareTrees(t *testing.T, path string, got, want any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		if keys := slices.Sorted(maps.Keys(w)); !slices.Equal(slices.Sorted(maps.Keys(g)), keys) {
			t.Fatalf("%s = %v, want the keys %q", path, got, keys)
		}
		for _, k := range slices.Sorted(maps.Keys(w)) {
			compareTrees(t, path+"."+k, g[k], w[k])
		}
	case []any:
		g, _ := got.([]any)
		if len(g) != len(w) {
			t.Fatalf("%s = %v, want %d elements", path, got, len(w))
		}
		for i := range w {
			compareTrees(t, fmt.Sprintf("%s[%d]", path, i), g[i], w[i])
		}
	case float64:
		if g, ok := got.(float64); !ok || math.Abs(g-w) > 1e-12*max(1, math.Abs(w)) {
			t.Errorf("%s = %v, want %v", path, got, w)
		}
	default:
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
}

// An entry is a JSON object of a description.
type entry map[string]any

// describe returns the description of a model, in the form of testdata/descriptions.json.gz.
func describe(t *testing.T, b *multibody.Builder) entry {
	t.Helper()
	m, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	d := m.NewData()
	d.Forward()
	all := &describer{data: d, bodies: []entry{}}
	all.add(&b.World, 0)
	actuators := []entry{}
	for _, a := range b.Actuators {
		actuators = append(actuators, entry{"joint": a.Joint, "gear": a.Gear, "limited": a.Limited, "range": a.Range, "gain": a.Gain, "bias": a.Bias})
	}
	o := b.Options
	return entry{
		"options": entry{
			"timestep": o.Timestep, "gravity": list(o.Gravity), "iterations": o.Iterations, "tolerance": o.Tolerance, "density": o.Density, "viscosity": o.Viscosity,
			"integrator": map[multibody.Integrator]int{multibody.Euler: 0, multibody.RK4: 1}[o.Integrator],
			"solver":     map[multibody.Solver]int{multibody.PGS: 0, multibody.Newton: 2}[o.Solver],
		},
		"bodies": all.bodies, "joints": all.joints, "geoms": all.geoms, "actuators": actuators,
	}
}

// A describer collects bodies, joints and geoms in MuJoCo's order, depth first.
type describer struct {
	data                  *multibody.Data
	bodies, joints, geoms []entry
	last                  int // index of the body added last
}

// add adds the content of body b, whose index is id, and the bodies below it.
func (d *describer) add(b *multibody.Body, id int) {
	for _, j := range b.Joints {
		d.addJoint(j, id, b)
	}
	for _, g := range b.Geoms {
		d.addGeom(g, id)
	}
	for i := range b.Bodies {
		c := &b.Bodies[i]
		d.last++
		q := unit(c.Rot)
		inertia := d.data.BodyInertia(d.last)
		d.bodies = append(d.bodies, entry{
			"name": c.Name, "parent": id, "pos": list(c.Pos), "quat": [4]float64{q.W, q.X, q.Y, q.Z},
			"mass": d.data.Model().Mass(d.last), "center": list(d.data.BodyCenter(d.last)),
			"inertia": []float64{inertia.XX, inertia.YY, inertia.ZZ, inertia.XY, inertia.XZ, inertia.YZ, inertia.H.X, inertia.H.Y, inertia.H.Z, inertia.M},
		})
		d.add(c, d.last)
	}
}

// addJoint adds joint j of body b. MuJoCo's axis of a free joint is the z axis, and its position
// is the height of the body's frame in x.
func (d *describer) addJoint(j multibody.Joint, id int, b *multibody.Body) {
	ref, springRef := j.Ref, j.SpringRef
	if j.Type == multibody.Free {
		ref, springRef = b.Pos.X, b.Pos.X
	}
	d.joints = append(d.joints, entry{
		"name": j.Name, "type": map[multibody.JointType]string{multibody.Hinge: "hinge", multibody.Slide: "slide", multibody.Free: "free"}[j.Type],
		"body": id, "pos": list(j.Pos), "axis": list(j.Axis.Scale(1 / j.Axis.Norm())), "limited": j.Limited, "range": j.Range, "margin": j.Margin,
		"ref": ref, "springref": springRef, "stiffness": j.Stiffness, "damping": j.Damping, "armature": j.Armature,
		"solref": j.Softness.Ref, "solimp": j.Softness.Imp,
	})
}

// addGeom adds geom g of body id.
func (d *describer) addGeom(g multibody.Geom, id int) {
	i := len(d.geoms)
	d.geoms = append(d.geoms, entry{
		"name": g.Name, "type": map[multibody.Shape]string{multibody.Plane: "plane", multibody.Sphere: "sphere", multibody.Capsule: "capsule", multibody.Cylinder: "cylinder"}[g.Shape],
		"body": id, "axis": list(d.data.GeomRot(i).Z), "center": list(d.data.GeomPos(i)), "size": g.Size,
		"contype": g.Contype, "conaffinity": g.Conaffinity, "condim": g.Condim, "friction": g.Friction, "margin": g.Margin,
		"solmix": g.Mix, "solref": g.Softness.Ref, "solimp": g.Softness.Imp, "rgba": g.Color,
	})
}

// list returns a vector as a list.
func list(v multibody.Vec3) []float64 { return []float64{v.X, v.Y, v.Z} }

// unit returns the unit quaternion of q. The zero Quat means no rotation.
func unit(q multibody.Quat) multibody.Quat {
	n := math.Sqrt(q.W*q.W + q.X*q.X + q.Y*q.Y + q.Z*q.Z)
	if n == 0 {
		return multibody.Quat{W: 1}
	}
	return multibody.Quat{W: q.W / n, X: q.X / n, Y: q.Y / n, Z: q.Z / n}
}

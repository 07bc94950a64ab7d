package multibody

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

// leg returns a Builder with a free body, a thigh, a foot and an actuator.
func leg() *Builder {
	joint, geom := DefaultJoint(), DefaultGeom()
	b := NewBuilder()
	b.World.Geoms = []Geom{geom.Named("floor").Plane(Vec3{})}
	b.World.Bodies = []Body{{
		Name: "torso", Pos: Vec3{Z: 1}, Joints: []Joint{joint.Free("root")}, Geoms: []Geom{geom.Named("trunk").Sphere(Vec3{}, 0.1)},
		Bodies: []Body{{
			Name: "thigh", Joints: []Joint{joint.Hinge("hip", Vec3{Y: 1}).Between(-1, 1)},
			Geoms: []Geom{geom.CapsuleBetween(Vec3{}, Vec3{Z: -0.5}, 0.05)},
			Sites: []Site{{Name: "knee", Pos: Vec3{Z: -0.5}}},
			Bodies: []Body{{
				Pos: Vec3{Z: -0.5}, Joints: []Joint{joint.Slide("", Vec3{Z: 1})}, Geoms: []Geom{geom.Named("foot").Cylinder(Vec3{}, Quat{}, 0.05, 0.02)},
			}},
		}},
	}}
	b.Actuators = []Actuator{Motor("hip", 10, -1, 1)}
	return b
}

// TestBuildErrors checks the sentence for each mistake in a description.
func TestBuildErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	torso := func(b *Builder) *Body { return &b.World.Bodies[0] }
	thigh := func(b *Builder) *Body { return &b.World.Bodies[0].Bodies[0] }
	foot := func(b *Builder) *Body { return &b.World.Bodies[0].Bodies[0].Bodies[0] }
	for _, c := range []struct {
		change func(b *Builder)
		want   string
	}{
		{func(b *Builder) { b.Timestep = 0 }, "the options: Timestep is 0, want more than 0"},
		{func(b *Builder) { b.Gravity.Y = nan }, "the options: Gravity is NaN, want a number from -1e+10 to 1e+10"},
		{func(b *Builder) { b.Density = -1 }, "the options: Density is -1, want 0 or more"},
		{func(b *Builder) { b.Viscosity = -1 }, "the options: Viscosity is -1, want 0 or more"},
		{func(b *Builder) { b.Tolerance = -1 }, "the options: Tolerance is -1, want 0 or more"},
		{func(b *Builder) { b.Iterations = 0 }, "the options: Iterations is 0, want 1 to 100000"},
		{func(b *Builder) { b.Integrator = 7 }, "the options: Integrator is 7, want Euler or RK4"},
		{func(b *Builder) { b.Solver = -1 }, "the options: Solver is -1, want Newton or PGS"},
		{func(b *Builder) { b.TotalMass = -2 }, "the total mass: TotalMass is -2, want 0 or more"},
		{func(b *Builder) { b.World.Joints = []Joint{DefaultJoint()} }, "the world has a joint, want joints of bodies only"},

		{func(b *Builder) { thigh(b).Pos.X = inf }, `body "thigh": Pos is +Inf, want a number from -1e+10 to 1e+10`},
		{func(b *Builder) { foot(b).Pos.X = nan }, `body 1 of body "thigh": Pos is NaN, want a number from -1e+10 to 1e+10`},
		{func(b *Builder) { thigh(b).Rot = Quat{X: 1e-20} }, `body "thigh": Rot has the length 1e-20, want a unit quaternion, or zero for no rotation`},
		{func(b *Builder) { thigh(b).Name = "torso" }, `body "torso": there are two of this name, want another name`},
		{func(b *Builder) { thigh(b).Name = "world" }, `body "world": there are two of this name, want another name`},
		{func(b *Builder) { foot(b).Joints[0].Name = "hip" }, `joint "hip": there are two of this name, want another name`},
		{func(b *Builder) { foot(b).Geoms[0].Name = "floor" }, `geom "floor": there are two of this name, want another name`},
		{func(b *Builder) { foot(b).Sites = []Site{{Name: "knee"}} }, `site "knee": there are two of this name, want another name`},
		{func(b *Builder) { foot(b).Sites = []Site{{Pos: Vec3{Z: nan}}} }, `site 1 of body 1 of body "thigh": Pos is NaN, want a number from -1e+10 to 1e+10`},
		{func(b *Builder) { thigh(b).Joints[0].Type = Free }, `joint "hip" is free, want a free joint as the only joint of a child of the world`},
		{func(b *Builder) { torso(b).Joints = append(torso(b).Joints, DefaultJoint()) }, `joint "root" is free, want a free joint as the only joint of a child of the world`},
		{func(b *Builder) { thigh(b).Joints = make([]Joint, 7) }, `body "thigh" has 7 degrees of freedom, want at most 6`},
		{func(b *Builder) { thigh(b).Inertial = &Inertial{Mass: -1} }, `body "thigh": Inertial.Mass is -1, want 0 or more`},
		{func(b *Builder) { thigh(b).Inertial = &Inertial{Mass: 1, Moments: Vec3{1, 1, 3}} }, `body "thigh": Inertial.Moments are 1, 1 and 3, want no moment above the sum of the others`},
		{func(b *Builder) { foot(b).Geoms = nil }, `body 1 of body "thigh" has joints, but its mass is 0 kg and its smallest moment of inertia 0 kg m², want more than 1e-15: give it a Geom with a Density or an Inertial`},
		{func(b *Builder) { foot(b).Geoms[0].Density = 1e10; foot(b).Geoms[0].Size[0] = 1e9 }, `body 1 of body "thigh": the mass is 1.2566370614359173e+27, want a number from -1e+10 to 1e+10`},

		{func(b *Builder) { thigh(b).Joints[0].Axis = Vec3{} }, `joint "hip": Axis is zero, want a direction`},
		{func(b *Builder) { thigh(b).Joints[0].Range = [2]float64{1, 1} }, `joint "hip": Range is [1, 1], want the smaller number first`},
		{func(b *Builder) { torso(b).Joints[0].Limited = true }, `joint "root": Range is [0, 0], want the smaller number first`},
		{func(b *Builder) { torso(b).Joints[0] = torso(b).Joints[0].Between(0, 1) }, `joint "root": Limited is set, want no limits of a free joint`},
		{func(b *Builder) { torso(b).Joints[0].Stiffness = 1 }, `joint "root": Stiffness is 1, want no spring of a free joint`},
		{func(b *Builder) { thigh(b).Joints[0].Damping = -1 }, `joint "hip": Damping is -1, want 0 or more`},
		{func(b *Builder) { thigh(b).Joints[0].Armature = -1 }, `joint "hip": Armature is -1, want 0 or more`},
		{func(b *Builder) { thigh(b).Joints[0].Type = 9 }, `joint "hip": Type is 9, want Hinge, Slide or Free`},
		{func(b *Builder) { thigh(b).Joints[0].Softness.Ref[1] = -1 }, `joint "hip": Softness.Ref is [0.02 -1], want two positive numbers (time constant, damping ratio), or none (minus stiffness, minus damping)`},

		{func(b *Builder) { torso(b).Geoms[0].Size[0] = 0 }, `geom "trunk": Size[0] (radius) is 0, want more than 0`},
		{func(b *Builder) { thigh(b).Geoms[0].Size[1] = -1 }, `geom 1 of body "thigh": Size[1] (half length) is -1, want more than 0`},
		{func(b *Builder) { torso(b).Geoms[0] = DefaultGeom().Box(Vec3{}, Quat{}, Vec3{1, 1, 0}) }, `geom 1 of body "torso": Size[2] (half length) is 0, want more than 0`},
		{func(b *Builder) { torso(b).Geoms[0].Shape = 9 }, `geom "trunk": Shape is 9, want Plane, Sphere, Capsule, Cylinder, Ellipsoid or Box`},
		{func(b *Builder) { torso(b).Geoms[0] = DefaultGeom().Named("p").Plane(Vec3{}) }, `geom "p" is a plane on a body that moves, want planes on bodies that are fixed to the world`},
		{func(b *Builder) { torso(b).Geoms[0].Density = -1 }, `geom "trunk": Density is -1, want 0 or more`},
		{func(b *Builder) { torso(b).Geoms[0].Friction[0] = -1 }, `geom "trunk": Friction is -1, want 0 or more`},
		{func(b *Builder) { torso(b).Geoms[0].Condim = 2 }, `geom "trunk": Condim is 2, want 1 or 3`},
		{func(b *Builder) { torso(b).Geoms[0].Condim = 4 }, `contacts of geom "floor" and geom "trunk" have Condim 4, want 1 or 3: torsional and rolling friction are not supported`},
		{func(b *Builder) { b.World.Geoms = append(b.World.Geoms, DefaultGeom().Cylinder(Vec3{}, Quat{}, 1, 1)) },
			`geom 2 of the world and geom "foot" could touch: contacts of cylinder and cylinder are not supported, want another shape, or Contype and Conaffinity without common bits`},
		{func(b *Builder) { torso(b).Geoms[0].Shape, torso(b).Geoms[0].Size = Box, [3]float64{1, 1, 1} },
			`geom "floor" and geom "trunk" could touch: contacts of plane and box are not supported, want another shape, or Contype and Conaffinity without common bits`},

		{func(b *Builder) { b.Actuators[0].Joint = "knee" }, `actuator 1 of the mechanism: there is no joint "knee", want the name of a hinge or a slide`},
		{func(b *Builder) { b.Actuators[0].Joint = "root" }, `actuator 1 of the mechanism: joint "root" is free, want a hinge or a slide`},
		{func(b *Builder) { b.Actuators[0].Range = [2]float64{1, -1} }, `actuator 1 of the mechanism: Range is [1, -1], want the smaller number first`},
		{func(b *Builder) { b.Actuators[0].ForceLimited = true }, `actuator 1 of the mechanism: ForceRange is [0, 0], want the smaller number first`},
		{func(b *Builder) { b.Actuators[0].Gear = nan }, `actuator 1 of the mechanism: Gear is NaN, want a number from -1e+10 to 1e+10`},
		{func(b *Builder) { b.Actuators[0].Name = "a"; b.Actuators = append(b.Actuators, b.Actuators[0]) }, `actuator "a": there are two of this name, want another name`},
		{func(b *Builder) { b.Exclude = [][2]string{{"torso", "shin"}} }, `Exclude has the body "shin", which does not exist`},
	} {
		b := leg()
		c.change(b)
		if m, err := b.Build(); err == nil || err.Error() != "multibody: "+c.want {
			t.Errorf("Build() = %v, %v\n     want %s", m != nil, err, c.want)
		}
	}
	if _, err := leg().Build(); err != nil {
		t.Errorf("Build() = %v, want no error", err)
	}
}

// TestBuildBounds checks that descriptions that are too large are refused and not built.
func TestBuildBounds(t *testing.T) {
	joint, geom := DefaultJoint(), DefaultGeom()
	ball := func(i int) Body {
		return Body{Pos: Vec3{X: float64(i)}, Joints: []Joint{joint.Slide("s"+strconv.Itoa(i), Vec3{Z: 1})}, Geoms: []Geom{geom.Sphere(Vec3{}, 0.1)}}
	}
	many := func(n int) *Builder {
		b := NewBuilder()
		for i := range n {
			b.World.Bodies = append(b.World.Bodies, ball(i))
		}
		return b
	}
	deep := many(1)
	for p, i := &deep.World.Bodies[0], 0; i < 600; i++ {
		p.Bodies = []Body{{Geoms: []Geom{geom.Sphere(Vec3{}, 0.1)}}}
		p = &p.Bodies[0]
	}
	pgs := many(120)
	pgs.Solver = PGS
	for _, c := range []struct {
		name string
		b    *Builder
		want string
	}{
		{"many bodies", many(1001), "there are more than 1000 bodies"},
		{"many joints", many(501), "there are more than 500 degrees of freedom, want fewer joints"},
		{"many pairs", many(300), "more than 20000 pairs of geoms could touch"},
		{"deep", deep, "more than 500 bodies hang from each other"},
		{"many contacts", pgs, "up to 7140 contacts at once are too many"},
	} {
		if _, err := c.b.Build(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Build() = %v, want %q", c.name, err, c.want)
		}
	}
}

// TestBuildKeepsNothing checks that a change of a Builder after Build does not change the Model.
func TestBuildKeepsNothing(t *testing.T) {
	b := leg()
	b.World.Bodies[0].Inertial = &Inertial{Mass: 2, Moments: Vec3{1, 1, 1}}
	m, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	b.World.Bodies[0].Inertial.Mass, b.World.Bodies[0].Bodies[0].Joints[0].Damping, b.Actuators[0].Gear = 5, 100, 0
	if i := m.Body("torso"); m.Mass(i) != 2 || m.bodies[i].inertial.Mass != 2 || m.joints[1].Damping != 0 || m.motors[0].Gear != 10 {
		t.Errorf("Mass, Damping, Gear = %v, %v, %v, want 2, 0, 10", m.Mass(i), m.joints[1].Damping, m.motors[0].Gear)
	}
}

// TestExclude checks that bodies in Exclude do not touch.
func TestExclude(t *testing.T) {
	for _, c := range []struct {
		exclude [][2]string
		want    int // contacts of the trunk and the foot with the floor
	}{{nil, 2}, {[][2]string{{"torso", "world"}}, 1}} {
		b := leg()
		b.World.Bodies[0].Pos.Z = 0.05
		b.World.Bodies[0].Bodies[0].Geoms[0].Contype, b.World.Bodies[0].Bodies[0].Geoms[0].Conaffinity = 0, 0
		b.World.Bodies[0].Bodies[0].Bodies[0].Geoms[0] = DefaultGeom().Sphere(Vec3{Z: 0.5, X: 0.5}, 0.1)
		b.Exclude = c.exclude
		m, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		d := m.NewData()
		d.Forward()
		if len(d.Contacts) != c.want {
			t.Errorf("with Exclude %v there are %d contacts, want %d", c.exclude, len(d.Contacts), c.want)
		}
	}
}

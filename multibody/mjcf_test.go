package multibody

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestMJCFErrors checks the sentence for each mistake and each unsupported element of a file.
func TestMJCFErrors(t *testing.T) {
	world := func(content string) string {
		return "<mujoco><worldbody><body name='b'><joint name='j'/><geom size='1'/>\n" + content + "</body></worldbody></mujoco>"
	}
	with := func(section string) string {
		return "<mujoco>\n" + section + "\n<worldbody><body name='b'><joint name='j'/><geom size='1'/></body></worldbody></mujoco>"
	}
	for _, c := range []struct{ file, want string }{
		{"", "robot.xml has no element, want <mujoco>"},
		{"<mujoco>\n<worldbody>\n", "robot.xml: line 3: unexpected EOF, want XML"},
		{"<robot/>", "robot.xml: line 1: the file begins with <robot>, want <mujoco>"},
		{"<mujoco/>", "robot.xml: line 1: <mujoco>: there is no <worldbody>, want one"},
		{with("<include file='other.xml'/>"), `robot.xml: line 2: <include file="other.xml">: open other.xml: file does not exist`},
		{with("<include file='../other.xml'/>"), `robot.xml: line 2: <include file="../other.xml">: the path "../other.xml" leaves the file system, want a file inside it`},
		{with("<include file='robot.xml'/>"), `robot.xml: line 2: <include file="robot.xml">: robot.xml is included twice, want each file once`},
		{with("<include file='folder'/>"), `robot.xml: line 2: <include file="folder">: folder is not a regular file, want an MJCF file`},
		{with("<extension/>"), "robot.xml: line 2: <extension>: this section is not supported, want rigid bodies with hinges, slides and free joints only"},
		{with("<compiler coordinate='global'/>"), `robot.xml: line 2: <compiler coordinate="global">: other coordinates are not supported, want "local"`},
		{with("<compiler angle='gradian'/>"), `robot.xml: line 2: <compiler angle="gradian">: "gradian" is not supported, want degree or radian`},
		{with("<compiler eulerseq='xyw'/>"), `robot.xml: line 2: <compiler eulerseq="xyw">: eulerseq is not supported, want three of the letters x, y, z, X, Y and Z`},
		{with("<compiler fusestatic='true'/>"), `robot.xml: line 2: <compiler fusestatic="true">: changes of the bodies are not supported, want "false"`},
		{with("<compiler bound='1'/>"), `robot.xml: line 2: <compiler bound="1">: the attribute bound is not supported, want the element without it`},
		{with("<option integrator='implicit'/>"), `robot.xml: line 2: <option integrator="implicit">: "implicit" is not supported, want Euler or RK4`},
		{with("<option cone='elliptic'/>"), `robot.xml: line 2: <option cone="elliptic">: elliptic friction cones are not supported, want "pyramidal"`},
		{with("<option solver='CG'/>"), `robot.xml: line 2: <option solver="CG">: "CG" is not supported, want Newton or PGS`},
		{with("<option wind='0 1 0'/>"), `robot.xml: line 2: <option wind="0 1 0">: wind is not supported, want "0"`},
		{with("<option timestep='fast'/>"), `robot.xml: line 2: <option timestep="fast">: timestep has "fast", want a finite number`},
		{with("<option gravity='0 1'/>"), `robot.xml: line 2: <option gravity="0 1">: gravity has 2 numbers, want 3`},
		{with("<option iterations='1.5'/>"), `robot.xml: line 2: <option iterations="1.5">: iterations is 1.5, want a whole number`},
		{with("<option><flag warmstart='disable'/></option>"), `robot.xml: line 2: <flag warmstart="disable">: switching this off is not supported, want "enable"`},
		{with("<default class='top'/>"), `robot.xml: line 2: <default>: the outermost class is "top", want "main" or no name`},
		{with("<default><default class='main'/></default>"), `robot.xml: line 2: <default>: the class "main" is not new, want a class with a name of its own`},
		{with("<default><joint frictionloss='1'/></default>"), `robot.xml: line 2: <joint frictionloss="1">: friction of joints is not supported, want "0"`},
		{with("<equality><weld body1='b'/></equality>"), "robot.xml: line 2: <weld>: equality constraints are not supported, want a tree of bodies and joints"},
		{with("<tendon><fixed stiffness='1'/></tendon>"), `robot.xml: line 2: <fixed stiffness="1">: tendons with forces are not supported, want 0`},
		{with("<tendon><fixed range='0 1'/></tendon>"), "robot.xml: line 2: <fixed>: tendons with limits [0 1] are not supported, want limits of joints"},
		{with("<contact><pair geom1='a'/></contact>"), "robot.xml: line 2: <pair>: explicit contact pairs are not supported, want collisions by contype and conaffinity, with <exclude> between bodies"},
		{with("<actuator><muscle joint='j'/></actuator>"), "robot.xml: line 2: <muscle>: this actuator is not supported, want motor, position, velocity or general"},
		{with("<actuator><motor tendon='t'/></actuator>"), `robot.xml: line 2: <motor tendon="t">: actuators of a tendon are not supported, want joint`},
		{with("<actuator><position joint='j' dampratio='1'/></actuator>"), `robot.xml: line 2: <position dampratio="1">: damping by ratio is not supported, want "0"`},
		{with("<actuator><position joint='j' inheritrange='1'/></actuator>"), "robot.xml: line 2: <position>: inheritrange needs a joint with a range, and no ctrlrange beside it"},
		{with("<actuator><general joint='j' dyntype='filter'/></actuator>"), `robot.xml: line 2: <general dyntype="filter">: "filter" is not supported, want none`},
		{with("<actuator><general joint='j' gaintype='affine' gainprm='1 2'/></actuator>"), `robot.xml: line 2: <general gainprm="1 2">: gains that depend on the joint are not supported, want zeros after the first number`},
		{world("<joint type='ball'/>"), `robot.xml: line 2: <joint type="ball">: "ball" is not supported, want hinge, slide or free`},
		{world("<joint frictionloss='.1'/>"), `robot.xml: line 2: <joint frictionloss=".1">: friction of joints is not supported, want "0"`},
		{world("<joint damping='1 2'/>"), `robot.xml: line 2: <joint damping="1 2">: polynomials of damping are not supported, want one number`},
		{world("<joint class='c'/>"), `robot.xml: line 2: <joint>: there is no class "c", want a class of <default>`},
		{world("<freejoint align='true'/>"), `robot.xml: line 2: <freejoint align="true">: changing the frame of a body is not supported, want "false"`},
		{world("<geom type='mesh' mesh='m'/>"), `robot.xml: line 2: <geom type="mesh">: meshes are not supported, want plane, sphere, capsule or cylinder, or a geom that only shows: contype and conaffinity 0 and no mass`},
		{world("<geom type='torus' size='1'/>"), `robot.xml: line 2: <geom type="torus">: geoms of this type are not supported, want plane, sphere, capsule or cylinder, or a geom that only shows: contype and conaffinity 0 and no mass`},
		{world("<geom size='1' fromto='0 0 0 0 0 1'/>"), "robot.xml: line 2: <geom>: fromto is not for this type, want a capsule or a cylinder"},
		{world("<geom type='capsule' size='1' fromto='0 0 0 0 0 0'/>"), "robot.xml: line 2: <geom>: the points of fromto are the same, want two points"},
		{world("<geom type='capsule' size='1' pos='1 0 0' fromto='0 0 0 0 0 1'/>"), "robot.xml: line 2: <geom>: it has both pos and fromto, want one of them"},
		{world("<geom size='1' quat='1 0 0 0' euler='0 0 0'/>"), "robot.xml: line 2: <geom>: it has 2 orientations, want one of quat, axisangle, euler, xyaxes and zaxis"},
		{world("<geom size='1' condim='9' adhesion='1'/>"), `robot.xml: line 2: <geom adhesion="1">: adhesion is not supported, want "0"`},
		{world("<inertial pos='0 0 0' diaginertia='1 1 1'/>"), "robot.xml: line 2: <inertial>: mass is missing, want the mass of the body"},
		{world("<inertial mass='1' diaginertia='1 1 1' fullinertia='1 1 1 0 0 0'/>"), "robot.xml: line 2: <inertial>: fullinertia is given with an orientation or with diaginertia, want only one of them"},
		{world("<composite type='cloth'/>"), "robot.xml: line 2: <composite>: this element is not supported, want body, frame, inertial, joint, freejoint, geom or site"},
		{world("<body mocap='true'/>"), `robot.xml: line 2: <body mocap="true">: bodies that follow commands are not supported, want "false"`},
		{world("<body gravcomp='1'/>"), `robot.xml: line 2: <body gravcomp="1">: compensation of gravity is not supported, want "0"`},
		{strings.Replace(world("<joint range='0 1'/>"), "<mujoco>", "<mujoco><compiler autolimits='false'/>", 1),
			`robot.xml: line 2: <joint>: range is given without limited, want limited="true" or "false", since autolimits is false`},
	} {
		files := fstest.MapFS{"robot.xml": {Data: []byte(c.file)}, "folder/x": {}}
		if b, err := LoadMJCF(files, "robot.xml"); err == nil || err.Error() != "multibody: "+c.want {
			t.Errorf("LoadMJCF(%s) = %v, %v\n     want %s", c.file, b != nil, err, c.want)
		}
	}
}

// TestMJCFBounds checks that files that are too large are refused and not read into memory.
func TestMJCFBounds(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"long", "<mujoco>" + strings.Repeat(" ", maxFileSize), "the description has more than 4194304 bytes, want less"},
		{"many", "<mujoco>" + strings.Repeat("<a/>", maxElements), "more than 50000 elements or 600 levels, want fewer"},
		{"deep", "<mujoco>" + strings.Repeat("<body>", 10_000), "more than 50000 elements or 600 levels, want fewer"},
	} {
		if _, err := LoadMJCF(fstest.MapFS{"a.xml": {Data: []byte(c.file)}}, "a.xml"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: LoadMJCF = %v, want %q", c.name, err, c.want)
		}
	}
}

// TestMJCFChange checks that a loaded description can be changed before it is built.
func TestMJCFChange(t *testing.T) {
	files := fstest.MapFS{
		"robots/pole.xml":       {Data: []byte("<mujoco><include file='parts/pole.xml'/></mujoco>")},
		"robots/parts/pole.xml": {Data: []byte("<mujoco><worldbody><body name='pole'><joint name='hinge' axis='0 1 0'/><geom type='capsule' size='.1 1'/></body></worldbody></mujoco>")},
	}
	b, err := LoadMJCF(files, "robots/pole.xml")
	if err != nil {
		t.Fatal(err)
	}
	b.World.Bodies[0].Joints[0].Damping = 3
	m, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	if m.NQ != 1 || m.Body("pole") != 1 || m.dofs[0].damping != 3 {
		t.Errorf("NQ, Body, damping = %d, %d, %v, want 1, 1, 3", m.NQ, m.Body("pole"), m.dofs[0].damping)
	}
}

// Package planar simulates rigid bodies in a plane as Box2D 2.3.10 does, to the same float32 bits:
// circles, edges and convex polygons with friction and restitution, hinges with motors and limits,
// sensors, rays, and bodies that sleep. The Python package Box2D contains Box2D 2.3.10.
//
// A World has bodies, fixtures (shapes on bodies) and joints, which indices name. Step moves them
// and then Events lists which fixtures began or ceased to touch. All of a World is in flat slices:
// Copy copies them, State appends the numbers that steps change, and a Step allocates nothing once the slices
// have grown. Products are rounded before they are added, and the sines are the package's own, so a
// World has the same bits on every machine.
//
// The algorithms are from Box2D 2.3 by Erin Catto (https://box2d.org), with their constants and
// the order of their operations. Box2D has the zlib licence, which LICENSE-Box2D.txt in this folder
// repeats. This is an altered version: it is written in Go, and it leaves out all other joints,
// chains, bullets, kinematic bodies, and the destruction of bodies.
package planar

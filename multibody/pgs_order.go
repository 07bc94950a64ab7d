package multibody

import "math/bits"

// keptSweeps is the number of sweeps in an evaluation whose orders a Model keeps.
const keptSweeps = 64

// A pcg32 is a generator of pseudo-random numbers: O'Neill 2014, PCG-XSH-RR with 64 bits of state.
type pcg32 uint64

// next returns the next number.
func (g *pcg32) next() uint32 {
	x := uint64(*g)
	*g = pcg32(x*6364136223846793005 + 1)
	return bits.RotateLeft32(uint32((x>>18^x)>>27), -int(x>>59))
}

// A sweepOrder gives the orders in which the sweeps of one evaluation visit the edges. Each is a
// Fisher-Yates shuffle of the one before. The generator starts from the same seed in each evaluation,
// as in MuJoCo, so the orders depend on the number of edges only, and the Model keeps the first ones.
type sweepOrder struct {
	kept      *keptOrders
	sweep     int
	order     []uint16 // of a sweep that is not kept
	generator pcg32
}

// keptOrders are the orders of the first sweeps over a number of edges.
type keptOrders struct {
	orders    []uint16 // [keptSweeps, edges]
	edges     int
	generator pcg32 // after them
}

// keptOrders returns the orders of the first sweeps over the given number of edges. It computes them
// once; goroutines that do so at the same time get the same orders.
func (m *Model) keptOrders(edges int) *keptOrders {
	slot := &m.order[edges]
	if k := slot.Load(); k != nil {
		return k
	}
	sweeps := min(m.Iterations, keptSweeps)
	k := &keptOrders{orders: make([]uint16, 0, edges*sweeps), edges: edges}
	k.generator.next()
	order := make([]uint16, edges)
	for i := range order {
		order[i] = uint16(i)
	}
	for range sweeps {
		k.generator.shuffle(order)
		k.orders = append(k.orders, order...)
	}
	slot.Store(k)
	return k
}

// shuffle permutes the order at random.
func (g *pcg32) shuffle(order []uint16) {
	for i := len(order) - 1; i > 0; i-- {
		j := g.next() % uint32(i+1)
		order[i], order[j] = order[j], order[i]
	}
}

// reset starts again at the first sweep over the given number of edges.
func (o *sweepOrder) reset(m *Model, edges int) {
	o.kept, o.sweep = m.keptOrders(edges), 0
}

// next returns the order of the next sweep. It is overwritten by the next call.
func (o *sweepOrder) next() []uint16 {
	k := o.kept
	at := o.sweep * k.edges
	o.sweep++
	if at < len(k.orders) {
		return k.orders[at:][:k.edges]
	}
	if at == len(k.orders) {
		o.order = append(o.order[:0], k.orders[at-k.edges:]...)
		o.generator = k.generator
	}
	o.generator.shuffle(o.order)
	return o.order
}

// The stage is empty so far; its place in the order is kept so that the boundary rules hold for it already.
export {}

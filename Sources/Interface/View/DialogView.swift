func draw(_ dialog: Dialog, _ model: Model, _ layout: Layout, _ canvas: inout Canvas) {}

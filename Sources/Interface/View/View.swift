/// The picture of a model. Only reads it, and walks no more rows than are visible.
public func view(_ model: Model, size: Size) -> Frame {
    Frame(size: size)
}

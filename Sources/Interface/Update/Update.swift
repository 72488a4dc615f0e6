/// What follows from what happened: the model changes, and the effects say what else is to be done.
public func update(_ model: inout Model, _ action: Action) -> [Effect] {
    []
}

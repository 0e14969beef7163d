/** TensorFlow's protocol buffers as tfjs-node brings them along: what a graph is written in. */
export interface TensorflowMessages {
  readonly AttrValue: (new () => AttrValue) & { readonly ListValue: new () => ListValue };
  readonly FunctionDef: new () => FunctionDef;
  readonly GraphDef: new () => GraphDef;
  readonly MetaGraphDef: (new () => MetaGraphDef) & { readonly MetaInfoDef: new () => MetaInfoDef };
  readonly NameAttrList: new () => NameAttrList;
  readonly NodeDef: new () => NodeDef;
  readonly OpDef: (new () => OpDef) & { readonly ArgDef: new () => ArgDef };
  readonly SavedModel: new () => SavedModel;
  readonly Tensor: new () => TensorProto;
  readonly TensorShape: (new () => TensorShape) & { readonly Dim: new () => Dim };
  readonly VersionDef: new () => VersionDef;
}

interface MessageMap<Value> {
  set(key: string, value: Value): void;
}

export interface AttrValue {
  setB(value: boolean): void;
  setF(value: number): void;
  setFunc(value: NameAttrList): void;
  setI(value: number): void;
  setList(value: ListValue): void;
  setS(value: Uint8Array): void;
  setTensor(value: TensorProto): void;
  setType(value: number): void;
}

interface ListValue {
  setIList(values: readonly number[]): void;
  setTypeList(values: readonly number[]): void;
}

interface TensorShape {
  addDim(dim: Dim): void;
}

interface Dim {
  setSize(value: number): void;
}

interface TensorProto {
  setDtype(value: number): void;
  setTensorShape(value: TensorShape): void;
  setTensorContent(value: Uint8Array): void;
}

export interface NodeDef {
  setName(value: string): void;
  setOp(value: string): void;
  setInputList(values: readonly string[]): void;
  getAttrMap(): MessageMap<AttrValue>;
}

interface NameAttrList {
  setName(value: string): void;
}

interface ArgDef {
  setName(value: string): void;
  setType(value: number): void;
}

interface OpDef {
  setName(value: string): void;
  setInputArgList(values: readonly ArgDef[]): void;
  setOutputArgList(values: readonly ArgDef[]): void;
}

export interface FunctionDef {
  setSignature(value: OpDef): void;
  setNodeDefList(values: readonly NodeDef[]): void;
  getRetMap(): MessageMap<string>;
  getAttrMap(): MessageMap<AttrValue>;
  serializeBinary(): Uint8Array;
}

interface GraphDef {
  setNodeList(values: readonly NodeDef[]): void;
  setVersions(value: VersionDef): void;
  serializeBinary(): Uint8Array;
}

interface VersionDef {
  setProducer(value: number): void;
}

interface MetaInfoDef {
  addTags(value: string): void;
}

interface MetaGraphDef {
  setMetaInfoDef(value: MetaInfoDef): void;
  serializeBinary(): Uint8Array;
}

interface SavedModel {
  setSavedModelSchemaVersion(value: number): void;
  serializeBinary(): Uint8Array;
}

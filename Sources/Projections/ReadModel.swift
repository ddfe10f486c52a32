/// The tables behind the views, as this version of Windlass makes and fills them.
public enum ReadModel {
  /// Raised whenever a row of any table would come out otherwise than before, for whatever reason:
  /// another column, another meaning, an event type that was not known. The next start then builds
  /// the tables anew beside the old ones.
  public static let version: Int32 = 1
}

namespace System.Runtime.CompilerServices
{
    // What a compiler from C# 8 on writes for `string?`, and reads. The compiler of mono knows neither the annotation nor these
    // attributes, so they are put where it would put them: 1 is never null, 2 may be null.

    /// What a type, and each argument of it, may be.
    [AttributeUsage(AttributeTargets.All)]
    internal sealed class NullableAttribute : Attribute
    {
        internal readonly byte[] NullableFlags;

        public NullableAttribute(byte flag) { NullableFlags = new[] { flag }; }

        public NullableAttribute(byte[] flags) { NullableFlags = flags; }
    }

    /// The default for members without an attribute of their own.
    [AttributeUsage(AttributeTargets.All)]
    internal sealed class NullableContextAttribute : Attribute
    {
        internal readonly byte Flag;

        public NullableContextAttribute(byte flag) { Flag = flag; }
    }
}

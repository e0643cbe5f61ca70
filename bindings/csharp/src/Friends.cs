[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Tests")]

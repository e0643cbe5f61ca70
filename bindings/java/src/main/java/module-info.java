/** An embedded user directory that never has more active users than seats. */
module headcount {
    requires static org.jspecify;

    exports headcount;
}

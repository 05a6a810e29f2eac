package host;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts a host application. */
@SpringBootApplication
public class HostApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(HostApplication.class, arguments);
    }
}
